import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { Button, Empty, Field, Loading, Note, Panel, Pick, Trouble } from '../../ui/parts';
import { apply, heard, IDLE, type Trying } from '../try/state';
import { Transcript } from '../try/transcript';
import type { Files } from './edit/files';
import { useFiles, useWriting } from './edit/use';
import { Graph } from './graph';
import { Tests } from './tests';
import '../../styles/try.css';

type Move = Schemas['Move'];
type Walked = Schemas['WalkView'];

const NOBODY: ReadonlyMap<string, number> = new Map();
const NO_NODES: ReadonlySet<string> = new Set();

/** A line is walked through without a call, and its tests are run. */
export function Simulate({ line, lines }: { line: string; lines: readonly string[] }) {
  const there = useFiles();
  if (there.isPending) return <Loading />;
  if (there.error) return <Trouble error={there.error} again={() => void there.refetch()} />;
  return <Simulator there={there.data} first={line} inUse={lines} />;
}

interface Props {
  there: Files;
  first: string;
  inUse: readonly string[];
}

function Simulator({ there, first, inUse }: Props) {
  const { t } = useTranslation();
  const { files, changed } = useWriting(there);
  const [draft, setDraft] = useState(changed);
  const [line, setLine] = useState(first);
  const [at, setAt] = useState('');
  const [nobody, setNobody] = useState(false);
  const [moves, setMoves] = useState<Move[]>([]);
  const used = draft && changed ? files : there.files;
  // What is drawn is what is walked through, which may not be in use.
  const checked = useQuery({
    queryKey: ['menus-check', used],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: () => got(api.POST('/api/v1/menus/check', { body: { files: [...used] } })),
  });
  const lines = checked.data?.lines ?? [];
  const names = lines.length > 0 ? lines.map((l) => l.line) : inUse;
  const chosen = names.includes(line) ? line : (names[0] ?? line);
  const walked = useQuery({
    queryKey: ['menus-walk', used, chosen, at, nobody, moves],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: () =>
      got(
        api.POST('/api/v1/menus/walk', {
          body: { files: [...used], line: chosen, nobody, moves, ...(at ? { at } : {}) },
        }),
      ),
  });
  const trying = useMemo(() => replay(walked.data), [walked.data]);
  const shown = useMemo(() => heard(trying, Number.MAX_VALUE), [trying]);
  const been = useMemo(() => new Set(trying.been), [trying]);
  const here = useMemo(
    () => (trying.people ? { node: null } : trying.node ? { node: trying.node } : undefined),
    [trying],
  );
  const view = lines.find((l) => l.line === chosen);
  const anew = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value);
      setMoves([]);
    };
  };
  const make = (move: Move) => setMoves([...moves, move]);
  const over = walked.data?.verdict != null;

  return (
    <div className="stack">
      {changed && (
        <Switch className="switch" isSelected={draft} onChange={anew(setDraft)}>
          <span className="track" aria-hidden="true" />
          {t('walk.draft')}
        </Switch>
      )}
      <div className="try">
        <section className="panel" aria-label={t('walk.caller')}>
          <Pick
            label={t('contacts.line')}
            options={names.map((id) => ({ id, text: id }))}
            value={chosen}
            onChange={anew(setLine)}
          />
          <Field
            label={t('walk.at')}
            hint={t('walk.at-hint')}
            type="datetime-local"
            value={at}
            onChange={anew(setAt)}
          />
          <Switch className="switch" isSelected={nobody} onChange={anew(setNobody)}>
            <span className="track" aria-hidden="true" />
            {t('walk.nobody')}
          </Switch>
          {walked.data && !over && <Moves walked={walked.data} make={make} />}
          <div className="row">
            <Button onPress={() => setMoves(moves.slice(0, -1))} isDisabled={moves.length === 0}>
              {t('walk.back')}
            </Button>
            <Button onPress={() => setMoves([])} isDisabled={moves.length === 0}>
              {t('walk.anew')}
            </Button>
          </div>
        </section>
        <Panel title={t('try.transcript')}>
          {walked.error ? (
            <Trouble error={walked.error} again={() => void walked.refetch()} />
          ) : shown.length === 0 ? (
            walked.isPending ? (
              <Loading />
            ) : (
              <Empty>{t('walk.nothing')}</Empty>
            )
          ) : (
            <Transcript lines={shown} since={trying.answered ?? 0} />
          )}
          <p className="hint" role="status">
            {over ? t('walk.over') : walked.data?.waits ? t('walk.waits') : ''}
          </p>
        </Panel>
        <Panel title={t('try.map')} className="map">
          {checked.data && !checked.data.ok && <Note tone="warn">{t('walk.unproven')}</Note>}
          {view && (
            <Graph
              key={view.line}
              view={view}
              there={NOBODY}
              people={0}
              here={here}
              been={been ?? NO_NODES}
            />
          )}
        </Panel>
      </div>
      <Tests files={used} />
    </div>
  );
}

/** What the caller heard and did, as the page that calls a line would tell it. */
function replay(walked: Walked | undefined): Trying {
  const events = walked?.events ?? [];
  return events.reduce((trying, e) => apply(trying, e.kind, e.data, e.at_ms), IDLE);
}

/** What can be done now: the keys that mean something, and silence; or what a web service says. */
function Moves({ walked, make }: { walked: Walked; make: (move: Move) => void }) {
  const { t } = useTranslation();
  const [digits, setDigits] = useState('');
  const [json, setJson] = useState('{}');
  if (walked.asks) {
    return (
      <fieldset className="moves" aria-label={t('walk.service')}>
        <p>
          {t('walk.service')} <code>{walked.asks.method}</code>{' '}
          <code className="address">{walked.asks.url}</code>
        </p>
        <Field label={t('walk.json')} value={json} onChange={setJson} lines maxLength={16_000} />
        <div className="row">
          <Button look="primary" onPress={() => make({ found: json })}>
            {t('walk.found')}
          </Button>
          <Button onPress={() => make('missing')}>{t('walk.missing')}</Button>
          <Button onPress={() => make('fails')}>{t('walk.fails')}</Button>
        </div>
      </fieldset>
    );
  }
  const enters = walked.keys.some((k) => k.key.includes('-'));
  const enter = () => {
    if (!/^[0-9*#]+$/.test(digits)) return;
    make({ keys: digits });
    setDigits('');
  };
  return (
    <fieldset className="moves" aria-label={t('walk.keys')}>
      <ul className="stack tight">
        {walked.keys.map((k) => (
          <li key={k.key}>
            {k.key.includes('-') ? (
              <span className="muted small" lang="en">
                {k.key} {k.what}
              </span>
            ) : (
              <Button onPress={() => make({ keys: k.key })}>
                <kbd>{k.key}</kbd> <span lang="en">{k.what}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        <Field
          label={t(enters ? 'walk.digits' : 'walk.others')}
          value={digits}
          onChange={setDigits}
          inputMode="numeric"
          maxLength={64}
        />
        <Button type="submit" isDisabled={!/^[0-9*#]+$/.test(digits)}>
          {t('walk.press')}
        </Button>
      </form>
      <div className="row">
        <Button onPress={() => make('silence')}>{t('walk.silence')}</Button>
        <Button onPress={() => make('hang_up')}>{t('try.hang-up')}</Button>
      </div>
    </fieldset>
  );
}
