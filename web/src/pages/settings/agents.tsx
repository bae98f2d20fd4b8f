import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session';
import { useLive } from '../../live';
import { AgentBadge } from '../../ui/agent';
import { Button, Empty, Note, Panel } from '../../ui/parts';
import { useLanguageName } from '../desk/words';
import { ChangeForm, Fixed, type Part, useChangeable } from './change';
import { type Settings, useSettings, WithSettings, Written } from './files';
import { agentEntry } from './written';

/** The agents of the settings with what they can do. */
export function Agents() {
  const { t } = useTranslation();
  const { picture } = useLive();
  const language = useLanguageName();
  // Languages are skills as well, by their tags.
  const [changing, setChanging] = useState<string | null>(null);
  const skill = (name: string) => (/^[a-z]{2,3}(-|$)/.test(name) ? language(name) : name);
  return (
    <Panel title={t('settings.agents')} more={<Add onPress={() => setChanging('')} />}>
      <WithSettings>
        {(settings) => (
          <>
            <Written settings={settings} section="[[agents]]" />
            <Fixed why={settings.fixed.agents} />
            {settings.demo && <Note tone="warn">{t('files.demo')}</Note>}
            {settings.agents.length === 0 && <Empty>{t('people.nobody')}</Empty>}
            {settings.agents.length > 0 && (
              <div className="scroll">
                <table className="cards">
                  <thead>
                    <tr>
                      <th>{t('settings.name')}</th>
                      <th>{t('settings.agent')}</th>
                      <th>{t('board.queues')}</th>
                      <th>{t('files.skills')}</th>
                      <th>{t('files.more')}</th>
                      <th>{t('settings.state')}</th>
                      <th>
                        <span className="hidden">{t('settings.change')}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {settings.agents.map((a) => {
                      const now = picture.agents[a.agent];
                      const skills = Object.entries(a.skills);
                      const more = [
                        a.supervisor ? t('role.supervisor') : '',
                        a.registers ? '' : t('files.static'),
                      ].filter(Boolean);
                      return (
                        <tr key={a.agent}>
                          <td className="lead">{a.name}</td>
                          <td data-label={t('settings.agent')}>{a.agent}</td>
                          <td data-label={t('board.queues')}>{a.queues.join(', ')}</td>
                          <td data-label={t('files.skills')}>
                            {skills.map(([name, level]) => `${skill(name)} ${level}`).join(', ') ||
                              '–'}
                          </td>
                          <td data-label={t('files.more')}>{more.join(', ') || '–'}</td>
                          <td data-label={t('settings.state')}>
                            {now && <AgentBadge agent={now} />}
                          </td>
                          <td className="right">
                            <ChangeOne
                              settings={settings}
                              agent={a.agent}
                              onPress={() => setChanging(a.agent)}
                            />
                          </td>
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            )}
            {changing !== null && (
              <Change settings={settings} agent={changing} onClose={() => setChanging(null)} />
            )}
          </>
        )}
      </WithSettings>
    </Panel>
  );
}

function Add({ onPress }: { onPress: () => void }) {
  const { t } = useTranslation();
  const settings = useSettings();
  const may = useMay();
  if (!settings.data || settings.data.fixed.agents || !may.administer) return null;
  return <Button onPress={onPress}>{t('change.agents.add')}</Button>;
}

interface ChangeOneProps {
  settings: Settings;
  agent: string;
  onPress: () => void;
}

function ChangeOne({ settings, agent, onPress }: ChangeOneProps) {
  const { t } = useTranslation();
  const { may } = useChangeable(settings, 'agents');
  const why = settings.fixed[`agents/${agent}`];
  if (!may || settings.demo) return null;
  if (why)
    return (
      <span className="muted small" lang="en">
        {why}
      </span>
    );
  return (
    <Button look="quiet" onPress={onPress} aria-label={t('change.agents.of', { name: agent })}>
      {t('settings.change')}
    </Button>
  );
}

interface ChangeProps {
  settings: Settings;
  /** Empty: a new one. */
  agent: string;
  onClose: () => void;
}

function Change({ settings, agent, onClose }: ChangeProps) {
  const { t } = useTranslation();
  const known = settings.agents.find((a) => a.agent === agent);
  const queues = settings.queues.map((q) => q.queue).join(', ');
  const parts: Part[] = [
    { key: 'name', label: t('settings.name'), kind: 'text' },
    {
      key: 'password',
      label: t('change.password'),
      kind: 'secret',
      hint: t(known ? 'change.password-keep' : 'change.password-hint'),
    },
    {
      key: 'queues',
      label: t('board.queues'),
      kind: 'list',
      hint: t('change.queues-hint', { queues }),
    },
    { key: 'skills', label: t('files.skills'), kind: 'list', hint: t('change.skills-hint') },
    { key: 'ring_for', label: t('change.ring-for'), kind: 'text', hint: t('change.ring-for-hint') },
    { key: 'wrap_up', label: t('change.wrap-up'), kind: 'text', hint: t('change.wrap-up-hint') },
    {
      key: 'max_tasks',
      label: t('change.max-tasks'),
      kind: 'number',
      hint: t('change.max-tasks-hint'),
    },
    { key: 'supervisor', label: t('change.supervisor'), kind: 'flag' },
    { key: 'auto_answer', label: t('change.auto-answer'), kind: 'flag' },
  ];
  return (
    <ChangeForm
      settings={settings}
      section="agents"
      entry={known ? agentEntry(known, settings.queues.length) : null}
      parts={parts}
      onClose={onClose}
    />
  );
}
