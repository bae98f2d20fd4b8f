import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useLocale } from '../../ui/locale';
import { Badge, Empty, Field, Loading, Panel, Trouble } from '../../ui/parts';
import { useSettings } from './files';
import { weekdays } from './weekdays';

type Calendar = Schemas['CalendarView'];
type Met = Schemas['MetView'];

/** `09:00` of `2026-12-24T09:00:00+01:00`: by the clock of the place, whatever the browser's is. */
function clockOf(at: string): string {
  return at.slice(11, 16);
}

/** Opening hours, and what a caller meets on a day that is chosen. */
export function Calendars() {
  const { t } = useTranslation();
  const [date, setDate] = useState('');
  const settings = useSettings();
  const found = useQuery({
    queryKey: ['calendars', date],
    placeholderData: (before) => before,
    queryFn: () => got(api.GET('/api/v1/calendars', { params: { query: date ? { date } : {} } })),
  });
  return (
    <Panel title={t('settings.calendars')}>
      <p className="hint">
        {settings.data?.menus ? t('hours.in') : t('hours.demo')}{' '}
        {settings.data?.menus && <code>{settings.data.menus}</code>}
      </p>
      <div className="choice">
        <Field
          label={t('hours.date')}
          type="date"
          value={date}
          onChange={setDate}
          hint={t('hours.date-hint')}
        />
      </div>
      {found.isPending && <Loading />}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {found.data?.length === 0 && <Empty>{t('hours.none')}</Empty>}
      <div className="files">
        {(found.data ?? []).map((c) => (
          <section key={c.calendar} className="stack" aria-label={c.label}>
            <One calendar={c} />
          </section>
        ))}
      </div>
    </Panel>
  );
}

function One({ calendar: c }: { calendar: Calendar }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  const short = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  const written = (date: string) => short.format(new Date(`${date}T00:00:00Z`));
  return (
    <>
      <div className="row spread">
        <h3>
          {c.label} <span className="muted small">{c.zone}</span>
        </h3>
        <Badge tone={c.now.open ? 'good' : 'none'}>
          {t(c.now.open ? 'hours.open-now' : 'hours.closed-now')}
        </Badge>
      </div>
      <div className="stack tight">
        <h4>{day.format(new Date(`${c.date}T00:00:00Z`))}</h4>
        <ol className="stack tight">
          {c.day.map((m) => (
            <li key={m.at} className="row">
              <span className="number">{clockOf(m.at)}</span>
              <Badge tone={m.open ? 'good' : 'none'}>
                {t(m.open ? 'hours.open' : 'hours.closed')}
              </Badge>
              <Why met={m} />
            </li>
          ))}
        </ol>
      </div>
      <dl className="facts">
        {c.week.map((w) => (
          <div key={w.days} className="pair">
            <dt>{weekdays(w.days, locale)}</dt>
            <dd className="number">{w.hours.join(', ') || t('hours.closed')}</dd>
          </div>
        ))}
      </dl>
      {c.special.length > 0 && (
        <details>
          <summary>
            {t('hours.special', { count: c.special.length, year: c.date.slice(0, 4) })}
          </summary>
          <dl className="facts">
            {c.special.map((s) => (
              <div key={s.from} className="pair">
                <dt className="number nowrap">
                  {written(s.from)}
                  {s.to !== s.from && ` – ${written(s.to)}`}
                </dt>
                <dd>
                  {s.label}{' '}
                  <span className="number muted">{s.hours.join(', ') || t('hours.closed')}</span>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function Why({ met }: { met: Met }) {
  const { t } = useTranslation();
  if (!met.label) return null;
  return (
    <span className="muted">
      {met.label} ({t(`hours.cause.${met.cause}`)})
    </span>
  );
}
