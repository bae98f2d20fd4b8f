import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import type { AgentNow } from '../../live/picture';
import { usePagePhone } from '../../phone/provider';
import { AgentBadge, useStateWord } from '../../ui/agent';
import { useCommand } from '../../ui/command';
import { Button, Dialog, Field, Note, Trouble } from '../../ui/parts';

/** What an agent can choose from: reasons to pause, and codes of queues. */
export function useChoices(agent: string | null) {
  return useQuery({
    queryKey: ['choices', agent],
    enabled: agent !== null,
    staleTime: 600_000,
    queryFn: () =>
      got(api.GET('/api/v1/agents/{agent}/choices', { params: { path: { agent: agent ?? '' } } })),
  });
}

type Wish = { to: 'ready' } | { to: 'pause'; reason: string } | { to: 'wrap-up-done' };

async function tell(agent: string, wish: Wish) {
  const params = { path: { agent } };
  switch (wish.to) {
    case 'ready':
      return got(api.POST('/api/v1/agents/{agent}/ready', { params }));
    case 'pause': {
      const body = { reason: wish.reason };
      return got(api.POST('/api/v1/agents/{agent}/pause', { params, body }));
    }
    case 'wrap-up-done':
      return got(api.POST('/api/v1/agents/{agent}/wrap-up-done', { params }));
  }
}

/** Ready, pause and the end of wrap-up, for oneself or by who leads. */
export function StateControl({ agent }: { agent: AgentNow }) {
  const { t } = useTranslation();
  const wish = useCommand((w: Wish) => tell(agent.agent, w));
  const { state } = agent;
  if (state === 'offline')
    return <Note tone="warn">{t('desk.absent', { agent: agent.agent })}</Note>;
  const busy = state === 'offered' || state === 'talking';
  return (
    <div className="stack">
      <div className="row">
        {state === 'wrap_up' && (
          <Button
            look="primary"
            isPending={wish.busy}
            onPress={() => wish.run({ to: 'wrap-up-done' })}
          >
            {t('desk.finish')}
          </Button>
        )}
        {(state === 'paused' || state === 'missed') && (
          <Button look="primary" isPending={wish.busy} onPress={() => wish.run({ to: 'ready' })}>
            {t('desk.ready')}
          </Button>
        )}
        <PauseButton
          agent={agent.agent}
          label={t(
            busy ? 'desk.pause-after' : state === 'paused' ? 'desk.pause-else' : 'desk.pause',
          )}
          isPending={wish.busy}
          onPause={(reason) => wish.run({ to: 'pause', reason })}
        />
      </div>
      {busy && wish.done && !wish.problem && <p className="hint">{t('desk.noted')}</p>}
      {wish.problem && <Trouble error={wish.problem} />}
    </div>
  );
}

interface PauseProps {
  agent: string;
  label: string;
  isPending: boolean;
  onPause: (reason: string) => void;
}

const OTHER = '\u0000other';

function PauseButton({ agent, label, isPending, onPause }: PauseProps) {
  const { t } = useTranslation();
  const choices = useChoices(agent);
  const reasons = choices.data?.pause_reasons ?? [];
  const [own, setOwn] = useState(false);
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') return;
    onPause(reason.trim());
    setOwn(false);
    setReason('');
  };
  const items = [...reasons.map((r) => ({ id: r, text: r })), { id: OTHER, text: t('desk.other') }];
  return (
    <>
      {reasons.length === 0 ? (
        <Button isPending={isPending} onPress={() => setOwn(true)}>
          {label}
        </Button>
      ) : (
        <MenuTrigger>
          <Button isPending={isPending}>
            {label}
            <span aria-hidden="true">▾</span>
          </Button>
          <Popover className="popover">
            <Menu
              className="options"
              items={items}
              onAction={(id) => (id === OTHER ? setOwn(true) : onPause(String(id)))}
            >
              {(item) => (
                <MenuItem className="option" id={item.id}>
                  {item.text}
                </MenuItem>
              )}
            </Menu>
          </Popover>
        </MenuTrigger>
      )}
      <Dialog title={t('desk.why')} open={own} onClose={() => setOwn(false)}>
        <form onSubmit={submit}>
          <Field
            label={t('desk.reason')}
            value={reason}
            onChange={setReason}
            maxLength={64}
            autoFocus
            isRequired
          />
          <div className="row">
            <Button type="submit" look="primary">
              {t('desk.pause')}
            </Button>
            <Button onPress={() => setOwn(false)}>{t('cancel')}</Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}

/** One's own state, and what to change about it. */
export function OwnState({ agent }: { agent: AgentNow }) {
  const word = useStateWord();
  const { settings } = usePagePhone();
  // What is wrong with the phone in the page is told by itself.
  const told = agent.state === 'offline' && settings.where === 'page';
  return (
    <div className="row spread ownstate">
      {/* The badge ticks, which nobody wants to hear. */}
      <span className="hidden" role="status">
        {word(agent)}
      </span>
      <AgentBadge agent={agent} />
      {!told && <StateControl agent={agent} />}
    </div>
  );
}
