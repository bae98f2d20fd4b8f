import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Mic, MicOff, Phone, PhoneOff } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay } from '../../app/session';
import { useNow } from '../../live';
import type { CallEnd } from '../../phone/end';
import {
  Badge,
  Button,
  Empty,
  Loading,
  Note,
  Panel,
  Pick,
  type Tone,
  Trouble,
} from '../../ui/parts';
import { clock } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { Graph } from '../lines/graph';
import { Keypad, keyOf } from './keypad';
import type { MicrophoneProblem } from './microphone';
import { heard, type TryStage } from './state';
import { Transcript, useWait } from './transcript';
import { type TryCall, useTryCall } from './use';
import '../../styles/try.css';

const TONES: Record<TryStage, Tone> = {
  idle: 'none',
  preparing: 'none',
  calling: 'none',
  menu: 'info',
  waiting: 'warn',
  offered: 'warn',
  talking: 'good',
  held: 'warn',
  message: 'info',
  over: 'none',
};

/** A line is called from this page: no phone is needed. */
export function TryPage() {
  const { t } = useTranslation();
  useTitle(t('nav.try'));
  const told = useQuery({ queryKey: ['lines'], queryFn: () => got(api.GET('/api/v1/lines')) });
  const { line: wanted } = useSearch({ from: '/try' });
  if (told.isPending) return <Loading />;
  if (told.error) return <Trouble error={told.error} again={() => void told.refetch()} />;
  const lines = told.data.lines.filter((l) => l.numbers.length > 0);
  const line = lines.find((l) => l.line === wanted) ?? lines[0];
  return (
    <>
      <div className="pagehead">
        <h1>{t('nav.try')}</h1>
      </div>
      {line ? (
        <Call lines={lines} line={line.line} version={told.data.version} />
      ) : (
        <Empty>{t('lines.none')}</Empty>
      )}
    </>
  );
}

interface CallProps {
  lines: readonly { line: string; numbers: string[] }[];
  line: string;
  version: number;
}

function Call({ lines, line, version }: CallProps) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/try' });
  const audio = useRef<HTMLAudioElement>(null);
  const keys = useRef<HTMLDivElement>(null);
  const [microphone, setMicrophone] = useState(true);
  const tried = useTryCall(audio);
  const { trying, now } = tried;
  const runs = trying.stage !== 'idle' && trying.stage !== 'over';
  const talks = runs && trying.answered !== null;
  const shown = useMemo(() => heard(trying, now), [trying, now]);

  // From the call on the keys of the keyboard are those of the phone.
  useEffect(() => {
    if (runs) keys.current?.focus();
  }, [runs]);
  const typed = (event: KeyboardEvent) => {
    const key = talks ? keyOf(event) : null;
    if (!key || event.repeat) return;
    event.preventDefault();
    tried.press(key);
  };

  return (
    <div className="try">
      <section className="panel phone" aria-label={t('try.phone')}>
        <Pick
          label={t('contacts.line')}
          options={lines.map((l) => ({ id: l.line, text: `${l.line} (${l.numbers.join(', ')})` }))}
          value={line}
          isDisabled={runs}
          onChange={(id) => void navigate({ search: { line: id } })}
        />
        <Where tried={tried} />
        {runs && trying.waits !== null && <Waited since={trying.waits} />}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the same */}
        <div className="handset" ref={keys} tabIndex={-1} onKeyDown={typed}>
          {runs ? (
            <div className="row">
              <Button look="danger" onPress={tried.hangUp}>
                <PhoneOff className="icon" aria-hidden="true" />
                {t('try.hang-up')}
              </Button>
              {talks && tried.silent === null && (
                <Button onPress={() => tried.mute(!tried.muted)}>
                  {tried.muted ? (
                    <MicOff className="icon" aria-hidden="true" />
                  ) : (
                    <Mic className="icon" aria-hidden="true" />
                  )}
                  {t(tried.muted ? 'try.unmute' : 'try.mute')}
                </Button>
              )}
            </div>
          ) : (
            <>
              <Button look="primary" onPress={() => tried.call(line, microphone)}>
                <Phone className="icon" aria-hidden="true" />
                {t(trying.stage === 'over' ? 'try.call-again' : 'try.call')}
              </Button>
              <Switch className="switch" isSelected={microphone} onChange={setMicrophone}>
                <span className="track" aria-hidden="true" />
                {t('try.microphone')}
              </Switch>
            </>
          )}
          <Keypad off={!talks} press={tried.press} />
          <p className="hint">{t('try.keys')}</p>
        </div>
        {/* biome-ignore lint/a11y/useMediaCaption: what is said is in the transcript beside it */}
        <audio ref={audio} autoPlay hidden />
      </section>
      <Panel title={t('try.transcript')}>
        <Troubles tried={tried} />
        {shown.length === 0 ? (
          <Empty>{t(runs ? 'try.soon' : 'try.quiet')}</Empty>
        ) : (
          <Transcript lines={shown} since={trying.answered} />
        )}
        {trying.stage === 'over' && <After contact={trying.contact} />}
      </Panel>
      <LineMap tried={tried} line={line} version={version} />
    </div>
  );
}

/** How far the call is, in a word; place, wait and name where there are such. */
function Where({ tried: { trying } }: { tried: TryCall }) {
  const { t } = useTranslation();
  const wait = useWait();
  const { stage, place, agent, waits } = trying;
  const long = place && wait(place.low, place.high);
  return (
    <div role="status" className="where">
      <Badge tone={TONES[stage]}>
        {stage === 'menu' || stage === 'waiting' || stage === 'offered' || stage === 'message'
          ? t(`stage.${stage}`)
          : t(`try-stage.${stage}`)}
      </Badge>
      {place && <strong>{t('try.place', { position: place.position })}</strong>}
      {long && <span className="muted">{long}</span>}
      {waits !== null && !long && place && <span className="muted">{t('try.no-estimate')}</span>}
      {agent && (stage === 'talking' || stage === 'held') && <strong>{agent}</strong>}
    </div>
  );
}

/** How long a person is waited for; beside what is read aloud, for it ticks. */
function Waited({ since }: { since: number }) {
  const { t } = useTranslation();
  useNow();
  return (
    <p className="muted small">
      {t('card.waited')} <span className="number">{clock(performance.now() - since)}</span>
    </p>
  );
}

const MICROPHONE: Record<MicrophoneProblem, string> = {
  insecure: 'try-mic.insecure',
  refused: 'try-mic.refused',
  missing: 'try-mic.missing',
  busy: 'try-mic.busy',
  off: 'try-mic.off',
};

/** What is amiss, and what can be done about it. */
function Troubles({ tried }: { tried: TryCall }) {
  const { t } = useTranslation();
  const { problem, end, silent, trying, untold, broken } = tried;
  const runs = trying.stage !== 'idle' && trying.stage !== 'over';
  return (
    <>
      {problem && <Trouble error={problem} />}
      {end && end.why !== 'over' && <Ended end={end} />}
      {runs && silent && (
        <Note tone="warn">
          <span>{t(MICROPHONE[silent])}</span>
          <span>{t('try-mic.silent')}</span>
        </Note>
      )}
      {runs && broken && <Note tone="warn">{t('try.broken')}</Note>}
      {runs && untold && <Note tone="warn">{t('try.untold')}</Note>}
    </>
  );
}

function Ended({ end }: { end: CallEnd }) {
  const { t } = useTranslation();
  switch (end.why) {
    case 'over':
      return null;
    case 'full':
      return (
        <Note tone="bad">
          <span>{t('try-end.full')}</span>
          {end.again !== null && <span>{t('problem.retry', { count: end.again })}</span>}
        </Note>
      );
    case 'unreachable':
    case 'voice':
    case 'broken':
      return <Note tone="bad">{t(`try-end.${end.why}`)}</Note>;
    case 'refused':
      return <Note tone="bad">{t('try-end.refused', { status: end.status })}</Note>;
  }
}

function After({ contact }: { contact: string | null }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <p className="hint">
      {t('try.over')}{' '}
      {contact && may.seeAll && (
        <Link to="/contacts/$contact" params={{ contact }}>
          {t('talk.journey')}
        </Link>
      )}
    </p>
  );
}

/** The line, and where in it the caller is. */
function LineMap({ tried, line, version }: { tried: TryCall; line: string; version: number }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ['line', line, version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => got(api.GET('/api/v1/lines/{line}', { params: { path: { line } } })),
  });
  const { node, people, been, stage } = tried.trying;
  const here = useMemo(() => {
    if (stage === 'idle' || stage === 'over') return undefined;
    return people ? { node: null } : node ? { node } : undefined;
  }, [stage, people, node]);
  const gone = useMemo(() => new Set(been), [been]);
  const view = found.data;
  const at = here && view?.nodes.find((n) => (n.node ?? null) === here.node);
  return (
    <Panel
      title={t('try.map')}
      className="map"
      more={
        <span aria-live="polite" className="muted small">
          {at && t('try.here', { node: at.label })}
        </span>
      }
    >
      {found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {view && (
        <>
          <Graph view={view} there={NOBODY} people={0} here={here} been={gone} />
          <p className="hint">{t('lines.zero', { queue: view.human })}</p>
        </>
      )}
    </Panel>
  );
}

const NOBODY: ReadonlyMap<string, number> = new Map();
