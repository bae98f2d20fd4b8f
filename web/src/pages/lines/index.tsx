import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay } from '../../app/session';
import { useCommand } from '../../ui/command';
import { Button, Empty, Loading, Note, Pick, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { Line } from './view';
import '../../styles/lines.css';

// The editor is large, and few write menus.
const Edit = lazy(() => import('./edit').then((m) => ({ default: m.Edit })));
const Prompts = lazy(() => import('./prompts').then((m) => ({ default: m.Prompts })));
const Simulate = lazy(() => import('./simulate').then((m) => ({ default: m.Simulate })));
const Versions = lazy(() => import('./versions').then((m) => ({ default: m.Versions })));

const TABS = ['graph', 'prompts', 'edit', 'versions', 'simulate'] as const;

/** Each line as a graph, with the callers who are on it; and its files. */
export function LinesPage() {
  const { t } = useTranslation();
  useTitle(t('nav.lines'));
  const may = useMay();
  const { line: wanted, tab } = useSearch({ from: '/lines' });
  const navigate = useNavigate({ from: '/lines' });
  const told = useQuery({ queryKey: ['lines'], queryFn: () => got(api.GET('/api/v1/lines')) });
  const reload = useCommand(() => got(api.POST('/api/v1/lines/reload')), {
    refresh: ['lines', 'line', 'prompts', 'settings', 'agents'],
  });
  if (told.isPending) return <Loading />;
  if (told.error) return <Trouble error={told.error} again={() => void told.refetch()} />;
  const { lines, refused, loaded, version, at_start: later } = told.data;
  const line = lines.find((l) => l.line === wanted) ?? lines[0];
  const graph = (
    <div className="stack">
      {lines.length > 1 && (
        <div className="choice">
          <Pick
            label={t('contacts.line')}
            options={lines.map((l) => ({
              id: l.line,
              text: `${l.line} (${l.numbers.join(', ')})`,
            }))}
            value={line?.line ?? null}
            onChange={(id) => void navigate({ search: (s) => ({ ...s, line: id }) })}
          />
        </div>
      )}
      {line ? (
        <Line key={line.line} line={line.line} version={version} />
      ) : (
        <Empty>{t('lines.none')}</Empty>
      )}
    </div>
  );
  return (
    <>
      <div className="pagehead">
        <h1>{t('nav.lines')}</h1>
        <div className="row">
          <span className="muted small">
            {t('lines.version', { version })} <When at={loaded} />
          </span>
          {may.operate && (
            <Button isPending={reload.busy} onPress={() => reload.run(undefined)}>
              {t(reload.busy ? 'lines.reloading' : 'lines.reload')}
            </Button>
          )}
        </div>
      </div>
      {reload.problem && <Trouble error={reload.problem} />}
      {reload.done && !reload.problem && <Note tone="good">{t('lines.reloaded')}</Note>}
      {later.length > 0 && may.operate && (
        <Note tone="warn">{t('change.at-start', { sections: later.join(', ') })}</Note>
      )}
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
      {(refused || reload.problem) && may.operate && tab !== 'edit' && (
        <p>
          <Link to="/lines" search={(s) => ({ ...s, tab: 'edit' })}>
            {t('lines.see-why')}
          </Link>
        </p>
      )}
      {may.operate ? (
        <Tabs
          className="tabs"
          selectedKey={TABS.find((x) => x === tab) ?? 'graph'}
          onSelectionChange={(key) =>
            void navigate({ search: (s) => ({ ...s, tab: String(key) }) })
          }
        >
          <TabList className="tablist" aria-label={t('nav.lines')}>
            {TABS.map((id) => (
              <Tab key={id} id={id} className="tab">
                {t(`lines-tab.${id}`)}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="graph">{graph}</TabPanel>
          <TabPanel id="prompts">
            <Suspense fallback={<Loading />}>
              <Prompts />
            </Suspense>
          </TabPanel>
          <TabPanel id="edit">
            <Suspense fallback={<Loading />}>
              <Edit />
            </Suspense>
          </TabPanel>
          <TabPanel id="versions">
            <Suspense fallback={<Loading />}>
              <Versions />
            </Suspense>
          </TabPanel>
          <TabPanel id="simulate">
            <Suspense fallback={<Loading />}>
              <Simulate line={line?.line ?? ''} lines={lines.map((l) => l.line)} />
            </Suspense>
          </TabPanel>
        </Tabs>
      ) : (
        graph
      )}
    </>
  );
}
