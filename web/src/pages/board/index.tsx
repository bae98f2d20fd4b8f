import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, Maximize, Minimize } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session';
import { useLive } from '../../live';
import {
  AGENT_STATES,
  type AgentNow,
  type CallNow,
  type Picture,
  type QueueNow,
  waiting,
} from '../../live/picture';
import { AgentBadge, TONES } from '../../ui/agent';
import { useLocale } from '../../ui/locale';
import { masked, told } from '../../ui/number';
import { Badge, Button, Dialog, Empty, Field, Loading, Panel } from '../../ui/parts';
import { Since } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { StateControl } from '../desk/state';
import { useReason } from '../desk/words';
import { Approvals } from './decide';
import { fits } from './find';
import { Limits, Today } from './limits';
import { CallDialog } from './orders';
import '../../styles/board.css';

/** More rows than these nobody reads at once; the rest is asked for. */
const ROWS = 40;

/** Queues, those who wait, calls and agents at this moment. */
export function BoardPage() {
  const { t } = useTranslation();
  useTitle(t('nav.board'));
  const { picture, status } = useLive();
  const may = useMay();
  const { wall = false, queue } = useSearch({ from: '/board' });
  const [open, setOpen] = useState<string | null>(null);
  const whole = status !== 'off' && status !== 'connecting';
  if (!whole && Object.keys(picture.agents).length === 0) return <Loading />;
  return (
    <div className={wall ? 'board wallboard' : 'board'}>
      <div className="pagehead">
        <h1>{t('nav.board')}</h1>
        <div className="row">
          <WallClock on={wall} />
          <WallButton on={wall} />
        </div>
      </div>
      <Queues picture={picture} chosen={queue} />
      {may.lead && !wall && <Approvals />}
      <div className="boardrest">
        <Waiting picture={picture} queue={queue} onOpen={may.lead && !wall ? setOpen : null} />
        <Agents agents={Object.values(picture.agents)} wall={wall} />
      </div>
      {!wall && <Calls picture={picture} queue={queue} onOpen={may.lead ? setOpen : null} />}
      <CallDialog
        call={open === null ? undefined : picture.calls[open]}
        contact={open}
        onClose={() => setOpen(null)}
      />
    </div>
  );
}

function WallClock({ on }: { on: boolean }) {
  const locale = useLocale();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, [on]);
  if (!on) return null;
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(now);
  return <span className="walltime number">{time}</span>;
}

function WallButton({ on }: { on: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/board' });
  const Icon = on ? Minimize : Maximize;
  return (
    <Button
      onPress={() => {
        // A browser that refuses the whole screen shows the board in its window.
        if (on) void document.exitFullscreen?.().catch(() => {});
        else void document.documentElement.requestFullscreen?.().catch(() => {});
        void navigate({ search: ({ wall: _, ...rest }) => (on ? rest : { ...rest, wall: true }) });
      }}
    >
      <Icon className="icon" aria-hidden="true" />
      {t(on ? 'board.unwall' : 'board.wall')}
    </Button>
  );
}

function Queues({ picture, chosen }: { picture: Picture; chosen: string | undefined }) {
  const { t } = useTranslation();
  const queues = Object.values(picture.queues);
  if (queues.length === 0) {
    return (
      <Panel title={t('board.queues')}>
        <Empty>{t('board.no-queues')}</Empty>
      </Panel>
    );
  }
  return (
    <section className="tiles" aria-label={t('board.queues')}>
      {queues.map((q) => (
        <article key={q.queue} className={tileClass(q)} aria-label={q.queue}>
          <h2>
            <Link
              to="/board"
              search={({ queue: _, ...rest }) =>
                chosen === q.queue ? rest : { ...rest, queue: q.queue }
              }
              aria-current={chosen === q.queue ? 'true' : undefined}
            >
              {q.queue}
            </Link>
          </h2>
          <dl>
            <div className="figure">
              <dt>{t('board.waiting')}</dt>
              <dd className="number">{q.waiting}</dd>
            </div>
            <div className="figure">
              <dt>{t('board.longest')}</dt>
              <dd className="number">{q.waiting_since ? <Since at={q.waiting_since} /> : '–'}</dd>
            </div>
            <div className="figure">
              <dt>{t('board.ready')}</dt>
              <dd className="number">
                {q.ready}
                <span className="of">/{q.staffed}</span>
              </dd>
            </div>
          </dl>
          <Limits queue={q} />
          <Today queue={q} />
        </article>
      ))}
    </section>
  );
}

/** A queue that somebody should look at. */
function tileClass(queue: QueueNow): string {
  const crossed = (queue.thresholds ?? []).filter((l) => l.since);
  if (crossed.some((l) => l.level === 'critical')) return 'tile critical';
  if (crossed.length > 0) return 'tile warned';
  return queue.waiting > 0 && queue.ready === 0 ? 'tile tight-spot' : 'tile';
}

interface RowProps {
  call: CallNow;
  /** Shows what can be done with it; none: nothing. */
  onOpen: ((contact: string) => void) | null;
}

function Commands({ call, onOpen }: RowProps) {
  const { t } = useTranslation();
  if (!onOpen) return null;
  const number = told(call.caller);
  const caller = number ? masked(number) : t('card.nobody');
  return (
    <Button
      look="quiet"
      square
      aria-label={t('orders.of', { caller })}
      onPress={() => onOpen(call.contact)}
    >
      <Ellipsis className="icon" aria-hidden="true" />
    </Button>
  );
}

/** Drawn anew only when its call changes: the picture does so many times a second. */
const WaitingRow = memo(function WaitingRow({ call: c, onOpen }: RowProps) {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <tr>
      <td className="lead right">{c.waiting_since && <Since at={c.waiting_since} />}</td>
      <td data-label={t('contacts.caller')}>
        <CallerLink call={c} />
      </td>
      <td data-label={t('contacts.queue')}>{c.queue}</td>
      <td data-label={t('board.where')}>{c.node}</td>
      <td data-label={t('board.why')}>{c.reason && reason(c.reason)}</td>
      {onOpen && (
        <td className="commands">
          <Commands call={c} onOpen={onOpen} />
        </td>
      )}
    </tr>
  );
});

interface TableProps {
  picture: Picture;
  queue: string | undefined;
  onOpen: ((contact: string) => void) | null;
}

function Waiting({ picture, queue, onOpen }: TableProps) {
  const { t } = useTranslation();
  const [rows, setRows] = useState(ROWS);
  const all = waiting(picture).filter((c) => !queue || c.queue === queue);
  return (
    <Panel
      title={queue ? t('board.who-waits-in', { queue }) : t('board.who-waits')}
      more={<span className="muted number">{all.length}</span>}
    >
      {all.length === 0 ? (
        <Empty>{t('board.nobody-waits')}</Empty>
      ) : (
        <div className="scroll">
          <table className="cards flow">
            <thead>
              <tr>
                <th className="right">{t('board.wait')}</th>
                <th>{t('contacts.caller')}</th>
                <th>{t('contacts.queue')}</th>
                <th>{t('board.where')}</th>
                <th>{t('board.why')}</th>
                {onOpen && (
                  <th>
                    <span className="hidden">{t('orders.column')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {all.slice(0, rows).map((c) => (
                <WaitingRow key={c.contact} call={c} onOpen={onOpen} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Rest count={all.length - rows} onMore={onOpen && (() => setRows(rows + ROWS))} />
    </Panel>
  );
}

interface RestProps {
  count: number;
  /** None: on the wall nobody asks. */
  onMore: (() => void) | null;
}

function Rest({ count, onMore }: RestProps) {
  const { t } = useTranslation();
  if (count <= 0) return null;
  return (
    <div className="row">
      <p className="muted">{t('board.rest', { count })}</p>
      {onMore && (
        <Button look="quiet" onPress={onMore}>
          {t('board.more', { count: Math.min(count, ROWS) })}
        </Button>
      )}
    </div>
  );
}

/** A board is seen by many: the whole number is on the contact's page. */
function CallerLink({ call }: { call: CallNow }) {
  const { t } = useTranslation();
  return (
    <Link to="/contacts/$contact" params={{ contact: call.contact }} className="number">
      {masked(told(call.caller)) || t('card.nobody')}
    </Link>
  );
}

interface AgentRowProps {
  agent: AgentNow;
  onChange: ((agent: string) => void) | null;
}

const AgentRow = memo(function AgentRow({ agent, onChange }: AgentRowProps) {
  const { t } = useTranslation();
  return (
    <li className="row spread">
      <span>{agent.name}</span>
      <span className="row">
        <AgentBadge agent={agent} />
        {onChange && (
          <Button
            look="quiet"
            onPress={() => onChange(agent.agent)}
            aria-label={t('board.change-of', { agent: agent.name })}
          >
            {t('board.change')}
          </Button>
        )}
      </span>
    </li>
  );
});

function Agents({ agents, wall }: { agents: readonly AgentNow[]; wall: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<string | null>(null);
  const chosen = agents.find((a) => a.agent === open);
  const by = AGENT_STATES.map((state) => ({
    state,
    who: agents.filter((a) => a.state === state).sort((a, b) => a.since.localeCompare(b.since)),
  })).filter((g) => g.who.length > 0);
  return (
    <Panel
      title={t('board.agents')}
      more={
        <div className="row">
          {by.map((g) => (
            <Badge key={g.state} tone={TONES[g.state]}>
              {t(`state.${g.state}`)} {g.who.length}
            </Badge>
          ))}
        </div>
      }
    >
      <ul className="list tight">
        {by
          .filter((g) => !wall || g.state !== 'offline')
          .flatMap((g) => g.who)
          .slice(0, 200)
          .map((a) => (
            <AgentRow key={a.agent} agent={a} onChange={may.lead && !wall ? setOpen : null} />
          ))}
      </ul>
      <Dialog title={chosen?.name ?? ''} open={chosen !== undefined} onClose={() => setOpen(null)}>
        {chosen && (
          <section>
            <AgentBadge agent={chosen} />
            <StateControl agent={chosen} />
            <div>
              <Button onPress={() => setOpen(null)}>{t('close')}</Button>
            </div>
          </section>
        )}
      </Dialog>
    </Panel>
  );
}

const CallRow = memo(function CallRow({ call: c, onOpen }: RowProps) {
  const { t } = useTranslation();
  return (
    <tr>
      <td className="lead">
        <CallerLink call={c} />
      </td>
      <td data-label={t('contacts.line')}>{c.line}</td>
      <td data-label={t('board.stage')}>{t(`stage.${c.stage}`)}</td>
      <td data-label={t('board.since')} className="right">
        <Since at={c.since} />
      </td>
      <td data-label={t('board.where')}>{c.node}</td>
      <td data-label={t('contacts.queue')}>{c.queue}</td>
      <td data-label={t('contacts.agent')}>{c.agents.join(', ')}</td>
      <td data-label={t('board.total')} className="right">
        <Since at={c.started} />
      </td>
      {onOpen && (
        <td className="commands">
          <Commands call={c} onOpen={onOpen} />
        </td>
      )}
    </tr>
  );
});

function Calls({ picture, queue, onOpen }: TableProps) {
  const { t } = useTranslation();
  const [rows, setRows] = useState(ROWS);
  const [wanted, setWanted] = useState('');
  const here = Object.values(picture.calls).filter((c) => !queue || c.queue === queue);
  const all = here
    .filter((c) => fits(c, wanted))
    .sort((a, b) => a.started.localeCompare(b.started));
  return (
    <Panel title={t('board.calls')} more={<span className="muted number">{here.length}</span>}>
      {here.length > ROWS && (
        <Field
          label={t('board.find')}
          hint={t('board.find-hint')}
          type="search"
          value={wanted}
          onChange={setWanted}
        />
      )}
      {all.length === 0 ? (
        <Empty>{t(here.length === 0 ? 'board.no-calls' : 'board.nothing-fits')}</Empty>
      ) : (
        <div className="scroll">
          <table className="cards flow">
            <thead>
              <tr>
                <th>{t('contacts.caller')}</th>
                <th>{t('contacts.line')}</th>
                <th>{t('board.stage')}</th>
                <th className="right">{t('board.since')}</th>
                <th>{t('board.where')}</th>
                <th>{t('contacts.queue')}</th>
                <th>{t('contacts.agent')}</th>
                <th className="right">{t('board.total')}</th>
                {onOpen && (
                  <th>
                    <span className="hidden">{t('orders.column')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {all.slice(0, rows).map((c) => (
                <CallRow key={c.contact} call={c} onOpen={onOpen} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Rest count={all.length - rows} onMore={() => setRows(rows + ROWS)} />
    </Panel>
  );
}
