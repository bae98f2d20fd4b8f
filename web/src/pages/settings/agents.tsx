import { useTranslation } from 'react-i18next';
import { useLive } from '../../live';
import { AgentBadge } from '../../ui/agent';
import { Empty, Note, Panel } from '../../ui/parts';
import { useLanguageName } from '../desk/words';
import { WithSettings, Written } from './files';

/** The agents of the settings with what they can do; they are changed in the settings file. */
export function Agents() {
  const { t } = useTranslation();
  const { picture } = useLive();
  const language = useLanguageName();
  // Languages are skills as well, by their tags.
  const skill = (name: string) => (/^[a-z]{2,3}(-|$)/.test(name) ? language(name) : name);
  return (
    <Panel title={t('settings.agents')}>
      <WithSettings>
        {(settings) => (
          <>
            <Written settings={settings} section="[[agents]]" />
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
                        </tr>
                      );
                    })}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </WithSettings>
    </Panel>
  );
}
