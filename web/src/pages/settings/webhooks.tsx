import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Empty, Panel } from '../../ui/parts';
import { ChangeForm, Fixed, type Part, useChangeable } from './change';
import { type Settings, WithSettings, Written } from './files';
import { Outbox } from './outbox';
import { webhookEntry } from './written';

/** So many kinds of events there are. */
const EVENTS = 8;

/** Who is told of what happens, and what is on its way to them. */
export function Webhooks() {
  return <WithSettings>{(settings) => <All settings={settings} />}</WithSettings>;
}

function All({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState<string | null>(null);
  const { may, fixed } = useChangeable(settings, 'webhooks');
  return (
    <div className="stack">
      <Panel
        title={t('settings.webhooks')}
        more={may && <Button onPress={() => setChanging('')}>{t('change.webhooks.add')}</Button>}
      >
        <Written settings={settings} section="[[webhooks]]" />
        <Fixed why={fixed} />
        {settings.webhooks.length === 0 && <Empty>{t('files.no-webhooks')}</Empty>}
        <ul className="list">
          {settings.webhooks.map((w) => (
            <li key={w.name} className="stack tight">
              <div className="row spread">
                <h3>{w.name}</h3>
                {may && (
                  <Button
                    look="quiet"
                    onPress={() => setChanging(w.name)}
                    aria-label={t('change.webhooks.of', { name: w.name })}
                  >
                    {t('settings.change')}
                  </Button>
                )}
              </div>
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
        {changing !== null && (
          <Change settings={settings} hook={changing} onClose={() => setChanging(null)} />
        )}
      </Panel>
      {settings.webhooks.length > 0 && <Outbox hooks={settings.webhooks.map((w) => w.name)} />}
    </div>
  );
}

interface ChangeProps {
  settings: Settings;
  /** Empty: a new one. */
  hook: string;
  onClose: () => void;
}

function Change({ settings, hook, onClose }: ChangeProps) {
  const { t } = useTranslation();
  const known = settings.webhooks.find((w) => w.name === hook);
  const parts: Part[] = [
    {
      key: 'url',
      label: t('change.url'),
      kind: 'text',
      ...(known ? { hint: t('change.url-hint') } : {}),
    },
    {
      key: 'secret',
      label: t('change.secret'),
      kind: 'secret',
      hint: t(known ? 'change.secret-keep' : 'change.secret-hint'),
    },
    { key: 'events', label: t('change.events'), kind: 'list', hint: t('change.events-hint') },
    { key: 'numbers', label: t('change.numbers'), kind: 'flag' },
  ];
  return (
    <ChangeForm
      settings={settings}
      section="webhooks"
      entry={known ? webhookEntry(known, EVENTS) : null}
      parts={parts}
      onClose={onClose}
    />
  );
}
