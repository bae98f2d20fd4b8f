import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { Empty, Loading, Panel, Trouble } from '../../ui/parts';

/** The agents of the settings; they are changed in the settings file. */
export function Agents() {
  const { t } = useTranslation();
  const agents = useQuery({
    queryKey: ['agents'],
    queryFn: () => got(api.GET('/api/v1/agents')),
  });
  return (
    <Panel title={t('settings.agents')}>
      <p className="hint">{t('settings.agents-file')}</p>
      {agents.isPending && <Loading />}
      {agents.error && <Trouble error={agents.error} again={() => void agents.refetch()} />}
      {agents.data?.length === 0 && <Empty>{t('people.nobody')}</Empty>}
      {agents.data && agents.data.length > 0 && (
        <div className="scroll">
          <table className="cards">
            <thead>
              <tr>
                <th>{t('settings.name')}</th>
                <th>{t('settings.agent')}</th>
                <th>{t('board.queues')}</th>
                <th>{t('settings.state')}</th>
              </tr>
            </thead>
            <tbody>
              {agents.data.map((a) => (
                <tr key={a.agent}>
                  <td className="lead">{a.name}</td>
                  <td data-label={t('settings.agent')}>{a.agent}</td>
                  <td data-label={t('board.queues')}>{a.queues.join(', ')}</td>
                  <td data-label={t('settings.state')}>
                    {t(`state.${a.state}`, { defaultValue: a.state })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
