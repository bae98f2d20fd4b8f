import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMay } from '../../app/session';
import { Button, Dialog, Loading, Panel, Trouble } from '../../ui/parts';
import { clock } from '../../ui/time';

type Message = Schemas['SignalView'];

/** `0:07.25`: two messages of one second are told apart. */
/** In hundredths; the INVITE comes a moment before its contact begins. */
function exact(ms: number): string {
  const hundredths = String(Math.floor((Math.abs(ms) % 1000) / 10)).padStart(2, '0');
  return `${ms <= -10 ? '−' : ''}${clock(Math.abs(ms))}.${hundredths}`;
}

/** Who said what to whom on the wire, one line each: ours in the middle of the two. */
export function Ladder({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState<Message | null>(null);
  const found = useQuery({
    queryKey: ['signalling', contact],
    enabled: may.seeAll,
    queryFn: () =>
      got(api.GET('/api/v1/contacts/{contact}/signalling', { params: { path: { contact } } })),
  });
  const all = found.data?.messages ?? [];
  // Who does not keep any has not asked for it: the page is not about settings.
  if (!may.seeAll || (found.data && !found.data.kept && all.length === 0)) return null;
  const legs = [...new Map(all.map((m) => [m.leg, m.party])).entries()].sort((a, b) => a[0] - b[0]);
  const name = (leg: number, party: string) =>
    party || t(leg === 1 ? 'party.caller' : 'ladder.leg', { count: leg });
  // The first leg is left of us, the others are right.
  const lane = (leg: number) => {
    const place = legs.findIndex(([l]) => l === leg);
    return place <= 0 ? 1 : place + 2;
  };
  const lanes = Math.max(2, legs.length + 1);
  return (
    <Panel title={t('ladder.title')}>
      {found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {found.data && all.length === 0 && <p className="muted">{t('ladder.none')}</p>}
      {all.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keys as well
        <section className="scroll ladder" aria-label={t('ladder.list')} tabIndex={0}>
          <ol style={{ minWidth: `${4.5 + lanes * 9}rem` }}>
            <li className="head" style={{ gridTemplateColumns: `4.5rem repeat(${lanes}, 1fr)` }}>
              <span />
              {legs.slice(0, 1).map(([leg, party]) => (
                <span key={leg}>{name(leg, party)}</span>
              ))}
              <span className="us">Zeroline</span>
              {legs.slice(1).map(([leg, party]) => (
                <span key={leg}>{name(leg, party)}</span>
              ))}
            </li>
            {all.map((m) => (
              <Step
                key={m.message}
                message={m}
                lanes={lanes}
                lane={lane(m.leg)}
                party={name(m.leg, m.party)}
                onOpen={may.operate ? () => setOpen(m) : null}
              />
            ))}
          </ol>
        </section>
      )}
      {all.length > 0 && <p className="hint">{t('ladder.masked')}</p>}
      <Dialog title={open?.what ?? ''} open={open !== null} onClose={() => setOpen(null)}>
        {open && <Text contact={contact} message={open} onClose={() => setOpen(null)} />}
      </Dialog>
    </Panel>
  );
}

interface StepProps {
  message: Message;
  lanes: number;
  lane: number;
  party: string;
  onOpen: (() => void) | null;
}

function Step({ message: m, lanes, lane, party, onOpen }: StepProps) {
  const { t } = useTranslation();
  const ours = 2;
  const right = m.sent ? lane > ours : lane < ours;
  // From the middle of one lane to the middle of the other.
  const [from, to] = [Math.min(lane, ours), Math.max(lane, ours)];
  const span = to - from + 1;
  const style = { gridColumn: `${from + 1} / span ${span}`, paddingInline: `${50 / span}%` };
  const said = t(m.sent ? 'ladder.sent' : 'ladder.came', { party, what: m.what });
  const label = m.sdp ? `${m.what} · SDP` : m.what;
  const failed = /^[456]\d\d/.test(m.what);
  return (
    <li style={{ gridTemplateColumns: `4.5rem repeat(${lanes}, 1fr)` }}>
      <span className="number muted small at">{exact(m.at_ms)}</span>
      <span className={`arrow ${right ? 'right' : 'left'} ${failed ? 'failed' : ''}`} style={style}>
        {onOpen ? (
          <Button look="quiet" onPress={onOpen} aria-label={`${said}. ${t('ladder.show')}`}>
            {label}
          </Button>
        ) : (
          <>
            <span aria-hidden="true">{label}</span>
            <span className="hidden">{said}</span>
          </>
        )}
        <span className="shaft" aria-hidden="true" />
      </span>
    </li>
  );
}

function Text({
  contact,
  message,
  onClose,
}: {
  contact: string;
  message: Message;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const path = { contact, message: message.message };
  const found = useQuery({
    queryKey: ['signalling', contact, message.message],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      got(api.GET('/api/v1/contacts/{contact}/signalling/{message}', { params: { path } })),
  });
  return (
    <section>
      <p className="muted small number">
        {exact(message.at_ms)} · {message.transport} · {message.peer}
      </p>
      {found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keys as well */}
      {found.data && <pre tabIndex={0}>{found.data.text}</pre>}
      <div>
        <Button onPress={onClose}>{t('close')}</Button>
      </div>
    </section>
  );
}
