import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMay } from '../../app/session';
import { useLive } from '../../live';
import { useCommand } from '../../ui/command';
import { useLocale } from '../../ui/locale';
import { Badge, Button, Empty, Loading, Note, Panel, Pick, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { Graph } from './graph';

/** Each line as a graph, with the callers who are on it. */
export function LinesPage() {
  const { t } = useTranslation();
  useTitle(t('nav.lines'));
  const may = useMay();
  const { line: wanted } = useSearch({ from: '/lines' });
  const navigate = useNavigate({ from: '/lines' });
  const told = useQuery({ queryKey: ['lines'], queryFn: () => got(api.GET('/api/v1/lines')) });
  const reload = useCommand(() => got(api.POST('/api/v1/lines/reload')), {
    refresh: ['lines', 'line'],
  });
  if (told.isPending) return <Loading />;
  if (told.error) return <Trouble error={told.error} again={() => void told.refetch()} />;
  const { lines, refused, loaded, version } = told.data;
  const line = lines.find((l) => l.line === wanted) ?? lines[0];
  return (
    <>
      <div className="pagehead">
        <h1>{t('nav.lines')}</h1>
        <div className="row">
          <span className="muted small">
            {t('lines.version', { version })} <When at={loaded} />
          </span>
          {may.operate && (
            <Button isDisabled={reload.busy} onPress={() => reload.run(undefined)}>
              {t(reload.busy ? 'lines.reloading' : 'lines.reload')}
            </Button>
          )}
        </div>
      </div>
      {reload.problem && <Trouble error={reload.problem} />}
      {reload.done && !reload.problem && <Note tone="good">{t('lines.reloaded')}</Note>}
      {refused && !reload.problem && (
        <Note tone="warn">
          <strong>
            {t('lines.refused')} <When at={refused.at} />
          </strong>
          <ul lang="en" className="small">
            {refused.mistakes.slice(0, 10).map((m) => (
              <li key={m}>
                <code>{m}</code>
              </li>
            ))}
          </ul>
        </Note>
      )}
      {lines.length > 1 && (
        <div className="choice">
          <Pick
            label={t('contacts.line')}
            options={lines.map((l) => ({
              id: l.line,
              text: `${l.line} (${l.numbers.join(', ')})`,
            }))}
            value={line?.line ?? null}
            onChange={(id) => void navigate({ search: { line: id } })}
          />
        </div>
      )}
      {line ? (
        <Line key={line.line} line={line.line} version={version} />
      ) : (
        <Empty>{t('lines.none')}</Empty>
      )}
    </>
  );
}

function Line({ line, version }: { line: string; version: number }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  const found = useQuery({
    queryKey: ['line', line, version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => got(api.GET('/api/v1/lines/{line}', { params: { path: { line } } })),
  });
  if (found.isPending) return <Loading />;
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  const view = found.data;
  const calls = Object.values(picture.calls).filter((c) => c.line === line);
  const menu = calls.filter((c) => c.stage === 'menu' && c.node);
  const there = new Map<string, number>();
  for (const c of menu) if (c.node) there.set(c.node, (there.get(c.node) ?? 0) + 1);
  return (
    <div className="lines">
      <div className="stack">
        <p className="row">
          <strong>{view.label}</strong>
          <span className="muted number">{view.numbers.join(', ')}</span>
          <Badge tone={calls.length > 0 ? 'info' : 'none'}>
            {t('lines.callers', { count: calls.length })}
          </Badge>
        </p>
        <Graph view={view} there={there} people={calls.length - menu.length} />
        <p className="hint">{t('lines.zero', { queue: view.human })}</p>
      </div>
      <div className="stack">
        <Panel title={t('lines.proof')}>{view.proof && <Proof proof={view.proof} />}</Panel>
        <NodeList view={view} there={there} />
      </div>
    </div>
  );
}

function Proof({ proof }: { proof: Schemas['LineProof'] }) {
  const { t, i18n } = useTranslation();
  const locale = useLocale();
  const seconds = (ms: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'second',
      maximumFractionDigits: 1,
    }).format(ms / 1000);
  const number = (n: number) => new Intl.NumberFormat(locale).format(n);
  return (
    <>
      <Note tone={proof.dead_ends === 0 ? 'good' : 'bad'}>
        {t(proof.dead_ends === 0 ? 'lines.proven' : 'lines.dead-ends', { count: proof.dead_ends })}
      </Note>
      <dl className="facts">
        <dt>{t('lines.states')}</dt>
        <dd className="number">{number(proof.states)}</dd>
        <dt>{t('lines.edges')}</dt>
        <dd className="number">{number(proof.edges)}</dd>
        <dt>{t('lines.keys')}</dt>
        <dd className="number">{proof.keys_to_person}</dd>
        <dt>{t('lines.depth')}</dt>
        <dd className="number">{proof.depth}</dd>
        <dt>{t('lines.widest')}</dt>
        <dd>
          <span className="number">{proof.widest_options}</span>{' '}
          <span className="muted">{proof.widest}</span>
        </dd>
      </dl>
      {proof.languages.map((l) => (
        <section key={l.language} className="stack tight">
          <h3>
            {new Intl.DisplayNames(i18n.language, { type: 'language' }).of(l.language) ??
              l.language}
          </h3>
          <dl className="facts">
            {l.silent_ms != null && (
              <>
                <dt>{t('lines.silent')}</dt>
                <dd className="number">{seconds(l.silent_ms)}</dd>
              </>
            )}
            <dt>{t('lines.silent-anywhere')}</dt>
            <dd className="number">{seconds(l.silent_from_anywhere_ms)}</dd>
            <dt>{t('lines.effort')}</dt>
            <dd className="number">{seconds(l.effort_mean_ms)}</dd>
            <dt>{t('lines.worst')}</dt>
            <dd className="number">{seconds(l.effort_worst_ms)}</dd>
            <dt>{t('lines.longest')}</dt>
            <dd>
              <span className="number">{seconds(l.longest_prompt_ms)}</span>{' '}
              <span className="muted">{l.longest_prompt}</span>
            </dd>
          </dl>
          {!l.exact && <p className="hint">{t('lines.at-least')}</p>}
        </section>
      ))}
    </>
  );
}

/** The graph in words, for who does not see it. */
function NodeList({ view, there }: { view: Schemas['LineView']; there: Map<string, number> }) {
  const { t } = useTranslation();
  return (
    <details className="panel">
      <summary>{t('lines.list')}</summary>
      <ul className="list tight">
        {view.nodes.map((node, i) => {
          const callers = node.node ? (there.get(node.node) ?? 0) : 0;
          const ways = view.ways.filter((w) => w.from === i);
          return (
            <li key={node.node ?? 'people'}>
              <strong>{node.label}</strong> <span className="muted small">{node.kind}</span>
              {callers > 0 && <Badge tone="info">{t('lines.callers', { count: callers })}</Badge>}
              {ways.length > 0 && (
                <ul className="small muted">
                  {ways.map((w) => (
                    <li key={`${w.to} ${w.label}`}>
                      {w.label ? `${w.label} → ` : '→ '}
                      {view.nodes[w.to]?.label}
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
