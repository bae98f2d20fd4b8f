import { useTranslation } from 'react-i18next';
import { Empty, Panel } from '../../ui/parts';
import { WithSettings, Written } from './files';
import { Outbox } from './outbox';

/** Who is told of what happens, and what is on its way to them. */
export function Webhooks() {
  const { t } = useTranslation();
  return (
    <WithSettings>
      {(settings) => (
        <div className="stack">
          <Panel title={t('settings.webhooks')}>
            <Written settings={settings} section="[[webhooks]]" />
            {settings.webhooks.length === 0 && <Empty>{t('files.no-webhooks')}</Empty>}
            <ul className="list">
              {settings.webhooks.map((w) => (
                <li key={w.name} className="stack tight">
                  <h3>{w.name}</h3>
                  <p>
                    <code>{w.url}</code>
                  </p>
                  <p className="muted small">
                    {w.events.join(', ') || t('files.no-events')}
                    {' · '}
                    {t(w.numbers ? 'files.numbers' : 'files.masked')}
                  </p>
                </li>
              ))}
            </ul>
          </Panel>
          {settings.webhooks.length > 0 && <Outbox hooks={settings.webhooks.map((w) => w.name)} />}
        </div>
      )}
    </WithSettings>
  );
}
