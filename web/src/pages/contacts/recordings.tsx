import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay, useMe } from '../../app/session';
import { Loading, Panel, Trouble } from '../../ui/parts';
import { marks } from './journey';
import { Strip } from './strip';
import type { TimelineEvent } from './timeline';

// The library that draws waves is for those who listen.
const Replay = lazy(() => import('./replay').then((m) => ({ default: m.Replay })));

interface RecordingsProps {
  contact: string;
  started: string;
  events: readonly TimelineEvent[];
}

/** The contact as a strip, and its recordings for those who may hear them. */
export function Recordings({ contact, started, events }: RecordingsProps) {
  const { t } = useTranslation();
  const may = useMay();
  const me = useMe();
  const [now, setNow] = useState<number | null>(null);
  const hears = may.lead || Boolean(me.agent);
  const found = useQuery({
    queryKey: ['recordings', contact],
    enabled: hears,
    queryFn: () =>
      got(api.GET('/api/v1/recordings', { params: { query: { contact, limit: 50 } } })),
  });
  const all = [...(found.data?.items ?? [])].reverse();
  const begins = (began: string) => Math.max(0, Date.parse(began) - Date.parse(started));
  const recorded = all
    .filter((r) => !r.deleted && r.length_ms != null)
    .map((r) => ({ from: begins(r.began), to: begins(r.began) + (r.length_ms ?? 0) }));
  if (events.length === 0) return null;
  return (
    <Panel title={t('replay.title')}>
      <Strip events={events} recorded={recorded} now={now} />
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {hears && found.data && all.length === 0 && <p className="muted small">{t('replay.none')}</p>}
      {all.length > 0 && (
        <Suspense fallback={<Loading />}>
          <ul className="list">
            {all.map((r) => (
              <li key={r.recording}>
                <Replay
                  recording={r}
                  begins={begins(r.began)}
                  marks={marks(events)}
                  onTime={setNow}
                />
              </li>
            ))}
          </ul>
        </Suspense>
      )}
    </Panel>
  );
}
