import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Button, Panel } from '../../ui/parts';
import { clock } from '../../ui/time';
import { ChangeForm, Fixed, type Part, useChangeable } from './change';
import { type Settings, WithSettings, Written } from './files';
import { queueEntry } from './written';

type Queue = Settings['queues'][number];

/** What each queue does, in words. */
export function Queues() {
  return <WithSettings>{(settings) => <All settings={settings} />}</WithSettings>;
}

function All({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState<string | null>(null);
  const { may, fixed } = useChangeable(settings, 'queues');
  return (
    <Panel
      title={t('settings.queues')}
      more={may && <Button onPress={() => setChanging('')}>{t('change.queues.add')}</Button>}
    >
      <Written settings={settings} section="[[queues]]" />
      <Fixed why={fixed} />
      <div className="files">
        {settings.queues.map((q) => (
          <section key={q.queue} className="stack tight" aria-label={q.queue}>
            <div className="row spread">
              <h3>{q.queue}</h3>
              {may && (
                <Button
                  look="quiet"
                  onPress={() => setChanging(q.queue)}
                  aria-label={t('change.queues.of', { name: q.queue })}
                >
                  {t('settings.change')}
                </Button>
              )}
            </div>
            <Rules queue={q} />
          </section>
        ))}
      </div>
      {changing !== null && (
        <Change settings={settings} queue={changing} onClose={() => setChanging(null)} />
      )}
    </Panel>
  );
}

interface ChangeProps {
  settings: Settings;
  /** Empty: a new one. */
  queue: string;
  onClose: () => void;
}

const STRATEGIES = ['longest-idle', 'round-robin', 'fewest-contacts', 'ring-all'];

function Change({ settings, queue, onClose }: ChangeProps) {
  const { t } = useTranslation();
  const known = settings.queues.find((q) => q.queue === queue);
  const time = t('change.time-hint');
  const parts: Part[] = [
    {
      key: 'strategy',
      label: t('files.offered'),
      kind: 'pick',
      options: STRATEGIES.map((id) => ({ id, text: t(`files.strategy.${id}`) })),
    },
    { key: 'ring_for', label: t('files.rings'), kind: 'text', hint: time },
    { key: 'wrap_up', label: t('state.wrap_up'), kind: 'text', hint: time },
    { key: 'max_callers', label: t('change.most'), kind: 'number' },
    { key: 'max_wait', label: t('change.longest'), kind: 'text', hint: time },
    {
      key: 'service_level',
      label: t('reports.col.service_level'),
      kind: 'text',
      hint: t('change.level-hint'),
    },
    {
      key: 'unstaffed',
      label: t('files.unstaffed'),
      kind: 'pick',
      options: [
        { id: 'overflow', text: t('files.on') },
        { id: 'wait', text: t('files.wait') },
      ],
    },
    {
      key: 'overflow',
      label: t('files.sent-on'),
      kind: 'list',
      hint: t('change.overflow-hint'),
    },
    {
      key: 'recording',
      label: t('files.recording'),
      kind: 'pick',
      options: ['off', 'announced', 'asked'].map((id) => ({ id, text: t(`files.taped.${id}`) })),
    },
    { key: 'wrap_up_codes', label: t('writeup.code'), kind: 'list', hint: t('change.list-hint') },
    {
      key: 'messages_to',
      label: t('files.messages-to'),
      kind: 'list',
      hint: t('change.messages-hint'),
    },
  ];
  return (
    <ChangeForm
      settings={settings}
      section="queues"
      entry={known ? queueEntry(known) : null}
      parts={parts}
      onClose={onClose}
    />
  );
}

function Rules({ queue: q }: { queue: Queue }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const overflow = q.overflow.map((step) => {
    if (step === 'message') return t('files.message');
    if (step === 'callback') return t('files.to-callback');
    const [kind, to] = step.split(/:(.*)/);
    return kind === 'outside'
      ? t('files.to-outside', { number: to })
      : t('files.to-queue', { queue: to ?? step });
  });
  const told: [string, string][] = [
    [t('files.offered'), t(`files.strategy.${q.strategy}`)],
    [
      t('reports.col.service_level'),
      t('today.aim', {
        share: percent.format(q.service_percent / 100),
        time: clock(q.service_within_ms),
      }),
    ],
    [t('files.rings'), clock(q.ring_for_ms)],
    [t('state.wrap_up'), clock(q.wrap_up_ms)],
    [t('files.keeps'), t('files.keeps-most', { count: q.max_callers, time: clock(q.max_wait_ms) })],
    [t('files.unstaffed'), t(q.waits_unstaffed ? 'files.wait' : 'files.on')],
    [t('files.sent-on'), overflow.join(' → ') || '–'],
    [
      t('files.keys'),
      q.waiting_keys.map((key) => t(`files.key.${key}`)).join(', ') || t('files.no-keys'),
    ],
    [t('files.recording'), t(`files.taped.${q.recording}`)],
    [t('writeup.code'), q.wrap_up_codes.join(', ') || '–'],
    [t('files.limits'), q.thresholds.join(' · ') || '–'],
    [t('files.messages-to'), q.messages_to.join(', ') || '–'],
  ];
  return (
    <dl className="facts">
      {told.map(([what, value]) => (
        <div key={what} className="pair">
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
