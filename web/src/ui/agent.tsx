import { useTranslation } from 'react-i18next';
import type { AgentNow, AgentState } from '../live/picture';
import { Badge, type Tone } from './parts';
import { Since } from './time';

export const TONES: Record<AgentState, Tone> = {
  ready: 'good',
  offered: 'info',
  talking: 'info',
  engaged: 'info',
  wrap_up: 'warn',
  paused: 'warn',
  missed: 'bad',
  offline: 'none',
};

/** What an agent does, in a word; the reason of a pause with it. */
export function useStateWord() {
  const { t } = useTranslation();
  return (agent: AgentNow) => {
    const word = t(`state.${agent.state}`, { defaultValue: agent.state });
    return agent.state === 'paused' && agent.reason ? `${word}: ${agent.reason}` : word;
  };
}

export function AgentBadge({ agent }: { agent: AgentNow }) {
  const word = useStateWord();
  return (
    <Badge tone={TONES[agent.state] ?? 'none'}>
      {word(agent)}
      {agent.state !== 'offline' && (
        <>
          {' '}
          <Since at={agent.since} />
        </>
      )}
    </Badge>
  );
}
