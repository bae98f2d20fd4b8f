import { useQuery } from '@tanstack/react-query';
import { Volume2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../../api/client';
import { useLocale } from '../../../ui/locale';
import {
  Badge,
  Button,
  Empty,
  Field,
  Loading,
  Note,
  Panel,
  Pick,
  type Tone,
  Trouble,
} from '../../../ui/parts';
import { Length } from '../../../ui/time';
import { choose, isWrong, type Prompt, players, SHOWS, type Show, type Wish } from './choose';
import '../../../styles/prompts.css';

// The library that draws waves is for those who listen.
const Listen = lazy(() => import('./listen').then((m) => ({ default: m.Listen })));

/** So many are shown at once. */
const MORE = 40;
const ALL = '*';

/** What callers hear, by language: the words, how it sounds, and what is missing. */
export function Prompts() {
  const { t } = useTranslation();
  const [wish, setWish] = useState<Wish>({ line: null, language: null, show: 'all', find: '' });
  const [most, setMost] = useState(MORE);
  const [open, setOpen] = useState<string | null>(null);
  const found = useQuery({
    queryKey: ['prompts'],
    queryFn: () => got(api.GET('/api/v1/prompts')),
  });
  if (found.isPending) return <Loading />;
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  const { languages, lines, prompts, mistakes } = found.data;
  const change = (more: Partial<Wish>) => {
    setWish({ ...wish, ...more });
    setMost(MORE);
  };
  const all = choose(prompts, wish);
  const several = languages.length > 1;
  return (
    <div className="stack">
      <p className="hint">{t('prompts.about')}</p>
      {mistakes.length > 0 && (
        <Note tone="warn">
          <strong>{t('prompts.mistakes')}</strong>
          <ul lang="en" className="small">
            {mistakes.slice(0, 10).map((m) => (
              <li key={m}>
                <code>{m}</code>
              </li>
            ))}
          </ul>
        </Note>
      )}
      <Summary languages={languages} />
      <div className="prompt-filter">
        <Pick
          label={t('prompts.of')}
          value={wish.line === null ? ALL : `line ${wish.line}`}
          options={[
            { id: ALL, text: t('prompts.all-lines') },
            ...lines.map((line) => ({ id: `line ${line}`, text: line })),
            { id: 'line ', text: t('prompts.server') },
          ]}
          onChange={(id) => change({ line: id === ALL ? null : id.slice('line '.length) })}
        />
        <Pick
          label={t('prompts.language')}
          value={wish.language ?? ALL}
          options={[
            { id: ALL, text: t('prompts.all-languages') },
            ...languages.map(({ language }) => ({ id: language, text: language })),
          ]}
          onChange={(id) => change({ language: id === ALL ? null : id })}
        />
        <div className="wide">
          <Pick
            label={t('prompts.show')}
            value={wish.show}
            options={SHOWS.map((id) => ({ id, text: t(`prompts-show.${id}`) }))}
            onChange={(id) => change({ show: id as Show })}
          />
        </div>
        <div className="wide">
          <Field
            label={t('prompts.find')}
            type="search"
            value={wish.find}
            onChange={(find) => change({ find })}
          />
        </div>
      </div>
      <Panel
        title={t('prompts.title')}
        more={
          <span className="row">
            <span className="muted small" role="status">
              {t('prompts.count', { count: all.length })}
            </span>
            <Button isDisabled={found.isFetching} onPress={() => void found.refetch()}>
              {t('prompts.again')}
            </Button>
          </span>
        }
      >
        {all.length === 0 && <Empty>{t('prompts.none')}</Empty>}
        <ul className="list prompts">
          {all.slice(0, most).map((p) => {
            const key = `${p.language}/${p.prompt}`;
            return (
              <One
                key={key}
                prompt={p}
                several={several}
                open={open === key}
                onOpen={(o) => setOpen(o ? key : null)}
              />
            );
          })}
        </ul>
        {all.length > most && <Button onPress={() => setMost(most + MORE)}>{t('more')}</Button>}
      </Panel>
    </div>
  );
}

function Summary({ languages }: { languages: readonly Schemas['PromptLanguage'][] }) {
  const { t } = useTranslation();
  return (
    <ul className="prompt-languages">
      {languages.map((l) => (
        <li key={l.language} className="panel">
          <strong>
            <LanguageName tag={l.language} />
          </strong>
          <span className="muted small">
            {t('prompts.count', { count: l.prompts })} · <Length ms={l.length_ms} />
          </span>
          <span>
            <Badge tone={l.wrong > 0 ? 'bad' : 'good'}>
              {l.wrong > 0 ? t('prompts.wrong', { count: l.wrong }) : t('prompts.fine')}
            </Badge>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A language by its name in that of the page. */
function LanguageName({ tag }: { tag: string }) {
  const locale = useLocale();
  let name = tag;
  try {
    name = new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? tag;
  } catch {
    // Not a tag that browsers know.
  }
  return (
    <>
      {name} <span className="muted small">{name === tag ? '' : tag}</span>
    </>
  );
}

const SOURCES: Record<Prompt['source'], Tone> = {
  recorded: 'none',
  built_in: 'none',
  spoken: 'none',
  unspoken: 'info',
  missing: 'bad',
};

interface OneProps {
  prompt: Prompt;
  /** Its language has to be told. */
  several: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
}

function One({ prompt: p, several, open, onOpen }: OneProps) {
  const { t } = useTranslation();
  const key = `${p.language}/${p.prompt}`;
  const wordless = p.source === 'built_in' && !p.words;
  return (
    <li className={isWrong(p) ? 'prompt wrong-one' : 'prompt'}>
      <div className="stack tight">
        {p.words ? (
          <p lang={p.language}>{p.words}</p>
        ) : (
          p.source !== 'missing' && (
            <p className="muted">{t(wordless ? 'prompts.wordless' : 'prompts.no-words')}</p>
          )
        )}
        <p className="row small">
          <code>{several ? key : p.prompt}</code>
          {p.source !== 'missing' && (
            <Badge tone={SOURCES[p.source]}>{t(`prompts-source.${p.source}`)}</Badge>
          )}
          {p.faults.map((f) => (
            <Badge key={f.fault} tone={f.wrong ? 'bad' : 'none'}>
              {t(`prompts-fault.${f.fault}`)}
            </Badge>
          ))}
        </p>
        {p.faults
          .filter((f) => f.wrong)
          .map((f) => (
            <p key={f.fault} className="small" lang="en">
              {[f.detail, f.remedy].filter(Boolean).join('; ')}
            </p>
          ))}
        <Uses prompt={p} />
      </div>
      <div className="prompt-sound">
        <Seconds ms={p.length_ms} />
        <Level level={p.level} />
        {p.audio && (
          <Button
            aria-label={t(open ? 'prompts.close' : 'prompts.listen-to', { prompt: key })}
            aria-expanded={open}
            onPress={() => onOpen(!open)}
          >
            {open ? (
              <X className="icon" aria-hidden="true" />
            ) : (
              <Volume2 className="icon" aria-hidden="true" />
            )}
            {t(open ? 'close' : 'prompts.listen')}
          </Button>
        )}
      </div>
      {open && (
        <Suspense fallback={<Loading />}>
          <Listen language={p.language} prompt={p.prompt} />
        </Suspense>
      )}
    </li>
  );
}

/** Short ones have less than a second. */
function Seconds({ ms }: { ms: Prompt['length_ms'] }) {
  const locale = useLocale();
  if (ms == null) return <span />;
  const one = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return <span className="number nowrap">{one.format(ms / 1000)}</span>;
}

function Level({ level }: { level: Prompt['level'] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  if (!level) return null;
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const { loudness, peak } = level;
  return (
    <span className="muted small number">
      {loudness == null || peak == null
        ? t('prompts.silent')
        : t('prompts.level', { level: one.format(loudness), peak: one.format(peak) })}
    </span>
  );
}

function Uses({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation();
  const { server, queues, lines, values } = players(prompt.uses);
  const told = [
    ...lines.map(({ line, nodes }) =>
      nodes.length > 0
        ? t('prompts.at', { line, nodes: nodes.join(', ') })
        : t('prompts.line', { line }),
    ),
    ...(values.length > 0 ? [t('prompts.value', { who: values.join(', ') })] : []),
    ...queues.map((queue) => t('prompts.queue', { queue })),
    ...(server ? [t('prompts.the-server')] : []),
  ];
  return (
    <p className="muted small">
      {t('prompts.uses')}: {told.length > 0 ? told.join(' · ') : t('prompts.nobody')}
    </p>
  );
}
