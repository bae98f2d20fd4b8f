import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay } from '../../app/session';
import type { Card } from '../../live/picture';
import { told } from '../../ui/number';
import { Empty, Loading, Panel, Trouble } from '../../ui/parts';
import { Length, When } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { CardView } from '../desk/card';
import { FollowUp, useContact } from '../desk/writeup';
import { Outcome } from '.';
import { Ladder } from './ladder';
import { Recordings } from './recordings';
import { Timeline, type TimelineEvent } from './timeline';
import { VoiceQuality } from './voice';
import '../../styles/charts.css';
import '../../styles/contact.css';

/** One contact with all that happened. */
export function ContactPage() {
  const { t } = useTranslation();
  const { contact } = useParams({ from: '/contacts/$contact' });
  const may = useMay();
  const found = useContact(contact);
  useTitle(t('task.contact'));
  const tasks = useQuery({
    queryKey: ['tasks', 'of', contact],
    queryFn: () =>
      got(api.GET('/api/v1/tasks', { params: { query: { contact, all: true, limit: 50 } } })),
  });
  if (found.isPending) return <Loading />;
  if (found.error) {
    return (
      <>
        <Back />
        <Trouble error={found.error} again={() => void found.refetch()} />
      </>
    );
  }
  const c = found.data;
  const events = c.timeline as unknown as TimelineEvent[];
  const card = c.card as unknown as Card;
  return (
    <>
      <Back />
      <div className="pagehead">
        <h1 className="number">{told(c.caller) || t('card.nobody')}</h1>
        <Outcome contact={c} />
      </div>
      <Recordings contact={contact} started={c.started} events={events} />
      <div className="contact">
        <Panel title={t('contact.journey')}>
          {events.length === 0 ? (
            <Empty>{t('contact.nothing')}</Empty>
          ) : (
            <Timeline events={events} />
          )}
        </Panel>
        <div className="stack">
          <Panel title={t('contact.facts')}>
            <dl className="facts">
              <dt>{t('contacts.started')}</dt>
              <dd>
                <When at={c.started} />
              </dd>
              <dt>{t('contacts.line')}</dt>
              <dd>
                {c.line} <span className="muted number">{c.dialled}</span>
              </dd>
              {c.agent && (
                <>
                  <dt>{t('contacts.agent')}</dt>
                  <dd>{c.agent}</dd>
                </>
              )}
              <dt>{t('contacts.waited')}</dt>
              <dd>
                <Length ms={c.waited_ms} />
              </dd>
              <dt>{t('contacts.talked')}</dt>
              <dd>
                <Length ms={c.talked_ms} />
              </dd>
              {c.ended_ms != null && (
                <>
                  <dt>{t('contact.length')}</dt>
                  <dd>
                    <Length ms={c.ended_ms} />
                  </dd>
                </>
              )}
            </dl>
          </Panel>
          <VoiceQuality events={events} />
          <Panel title={t('contact.card')}>
            <CardView card={card} whole={false} />
          </Panel>
          <Panel title={t('work.tasks')}>
            {tasks.data?.items.length === 0 && <Empty>{t('contact.no-tasks')}</Empty>}
            <ul className="list tight">
              {(tasks.data?.items ?? []).map((task) => (
                <li key={task.task} className="row spread">
                  <span>{task.title}</span>
                  <span className="muted small">
                    {t(`task.state.${task.state}`, { defaultValue: task.state })}
                  </span>
                </li>
              ))}
            </ul>
            {may.serve && <FollowUp contact={contact} queue={c.queue ?? null} />}
          </Panel>
        </div>
      </div>
      <Ladder contact={contact} />
    </>
  );
}

function Back() {
  const { t } = useTranslation();
  return (
    <p className="small">
      <Link to="/contacts">{t('contact.back')}</Link>
    </p>
  );
}
