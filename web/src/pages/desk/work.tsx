import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMay, useMe } from '../../app/session';
import { useLive } from '../../live';
import { useCommand } from '../../ui/command';
import { told } from '../../ui/number';
import { Badge, Button, Dialog, Empty, Field, Loading, Panel, Trouble } from '../../ui/parts';
import { Length, When } from '../../ui/time';

type Task = Schemas['TaskView'];
type Callback = Schemas['CallbackView'];

/** Lists look again when something was stored; not for each of many, but soon. */
function useFresh() {
  const { stored } = useLive().picture;
  const queries = useQueryClient();
  useEffect(() => {
    if (stored === 0) return;
    const soon = setTimeout(() => {
      for (const key of ['tasks', 'callbacks', 'messages']) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
    }, 300);
    return () => clearTimeout(soon);
  }, [stored, queries]);
}

/** What is to be done: tasks, messages among them, and callbacks. */
export function Work() {
  const { t } = useTranslation();
  useFresh();
  const tasks = useQuery({
    queryKey: ['tasks'],
    queryFn: () => got(api.GET('/api/v1/tasks', { params: { query: { limit: 100 } } })),
  });
  const callbacks = useQuery({
    queryKey: ['callbacks'],
    queryFn: () => got(api.GET('/api/v1/callbacks', { params: { query: { limit: 100 } } })),
  });
  const open = tasks.data?.items ?? [];
  const count = (n: number | undefined) => (n ? ` (${n})` : '');
  return (
    <Panel title={t('work.title')}>
      <Tabs className="tabs">
        <TabList className="tablist" aria-label={t('work.title')}>
          <Tab id="tasks" className="tab">
            {t('work.tasks')}
            {count(tasks.data?.items.length)}
          </Tab>
          <Tab id="callbacks" className="tab">
            {t('work.callbacks')}
            {count(callbacks.data?.length)}
          </Tab>
        </TabList>
        <TabPanel id="tasks">
          {tasks.isPending && <Loading />}
          {tasks.error && <Trouble error={tasks.error} again={() => void tasks.refetch()} />}
          {tasks.data && open.length === 0 && <Empty>{t('work.no-tasks')}</Empty>}
          <ul className="list">
            {open.map((task) => (
              <li key={task.task}>
                <TaskRow task={task} />
              </li>
            ))}
          </ul>
        </TabPanel>
        <TabPanel id="callbacks">
          {callbacks.isPending && <Loading />}
          {callbacks.error && (
            <Trouble error={callbacks.error} again={() => void callbacks.refetch()} />
          )}
          {callbacks.data?.length === 0 && <Empty>{t('work.no-callbacks')}</Empty>}
          <ul className="list">
            {(callbacks.data ?? []).map((callback) => (
              <li key={callback.callback}>
                <CallbackRow callback={callback} />
              </li>
            ))}
          </ul>
        </TabPanel>
      </Tabs>
    </Panel>
  );
}

type Step = 'take' | 'put-back' | 'done';

function TaskRow({ task }: { task: Task }) {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const step = useCommand(
    (s: Step) => {
      const params = { path: { task: task.task } };
      switch (s) {
        case 'take':
          return got(api.POST('/api/v1/tasks/{task}/take', { params }));
        case 'put-back':
          return got(api.POST('/api/v1/tasks/{task}/put-back', { params }));
        case 'done':
          return got(api.POST('/api/v1/tasks/{task}/done', { params }));
      }
    },
    { refresh: ['tasks'] },
  );
  const mine = task.taken_by === me.who;
  const late = task.due && Date.parse(task.due) < Date.now();
  return (
    <article className="stack tight">
      <div className="row spread">
        <h3>{task.title}</h3>
        <Badge tone={task.state === 'taken' ? 'info' : 'none'}>
          {task.taken_by
            ? mine
              ? t('task.mine')
              : t('task.taken', { who: task.taken_by })
            : t(`task.kind.${task.kind}`, { defaultValue: task.kind })}
        </Badge>
      </div>
      <p className="muted small row">
        {task.queue && <span>{task.queue}</span>}
        <When at={task.created} />
        {task.due && (
          <span className={late ? 'wrong' : ''}>
            {t('task.due')} <When at={task.due} />
          </span>
        )}
        {task.contact && (
          <Link to="/contacts/$contact" params={{ contact: task.contact }}>
            {t('task.contact')}
          </Link>
        )}
      </p>
      {task.note && <p>{task.note}</p>}
      {task.message != null && may.serve && <Message message={task.message} />}
      {step.problem && <Trouble error={step.problem} />}
      {may.serve && (
        <div className="row">
          {!mine && (
            <Button isPending={step.busy} onPress={() => step.run('take')}>
              {t('task.take')}
            </Button>
          )}
          {mine && (
            <Button isPending={step.busy} onPress={() => step.run('put-back')}>
              {t('task.put-back')}
            </Button>
          )}
          <Button isPending={step.busy} onPress={() => step.run('done')}>
            {t('task.done')}
          </Button>
        </div>
      )}
    </article>
  );
}

/** A message to be heard. Nothing is fetched before somebody asks: each hearing is written down. */
function Message({ message }: { message: number }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const [failed, setFailed] = useState(false);
  const [shown, setShown] = useState<Schemas['MessageView'] | null>(null);
  const show = useCommand(async (_: undefined) =>
    setShown(await got(api.GET('/api/v1/messages/{message}', { params: { path: { message } } }))),
  );
  return (
    <div className="stack tight">
      {wanted ? (
        // biome-ignore lint/a11y/useMediaCaption: nobody has written down what callers said
        <audio
          controls
          autoPlay
          aria-label={t('message.audio')}
          src={`/api/v1/messages/${message}/audio`}
          onError={() => setFailed(true)}
        />
      ) : null}
      {failed && <p className="wrong">{t('message.failed')}</p>}
      <div className="row">
        {!wanted && <Button onPress={() => setWanted(true)}>{t('message.hear')}</Button>}
        {shown ? (
          <span className="number">
            {told(shown.caller) || t('card.nobody')} · <Length ms={shown.length_ms} />
          </span>
        ) : (
          <Button isPending={show.busy} onPress={() => show.run(undefined)}>
            {t('message.number')}
          </Button>
        )}
      </div>
      {show.problem && <Trouble error={show.problem} />}
    </div>
  );
}

function CallbackRow({ callback }: { callback: Callback }) {
  const { t } = useTranslation();
  const may = useMay();
  const [number, setNumber] = useState<string | null>(null);
  const [cancelling, setCancelling] = useState(false);
  const [reason, setReason] = useState('');
  const params = { path: { callback: callback.callback } };
  const act = useCommand(
    async (what: 'show' | 'done' | 'cancel') => {
      switch (what) {
        case 'show': {
          const whole = await got(api.GET('/api/v1/callbacks/{callback}', { params }));
          setNumber(whole.number);
          return;
        }
        case 'done':
          await got(api.POST('/api/v1/callbacks/{callback}/done', { params }));
          return;
        case 'cancel':
          await got(api.POST('/api/v1/callbacks/{callback}/cancel', { params, body: { reason } }));
          setCancelling(false);
      }
    },
    { refresh: ['callbacks'] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act.run('cancel');
  };
  return (
    <article className="stack tight">
      <div className="row spread">
        <h3 className="number">{number ?? callback.number}</h3>
        <Badge tone={callback.state === 'calling' ? 'info' : 'none'}>
          {t(`callback.${callback.state}`, { defaultValue: callback.state })}
        </Badge>
      </div>
      <p className="muted small row">
        <span>{callback.queue}</span>
        <span>
          {t('callback.asked')} <When at={callback.asked} />
        </span>
        {callback.attempts > 0 && <span>{t('callback.tried', { count: callback.attempts })}</span>}
        <Link to="/contacts/$contact" params={{ contact: callback.contact }}>
          {t('task.contact')}
        </Link>
      </p>
      {act.problem && !cancelling && <Trouble error={act.problem} />}
      {may.serve && (
        <div className="row">
          {number === null && (
            <Button isPending={act.busy} onPress={() => act.run('show')}>
              {t('message.number')}
            </Button>
          )}
          <Button isPending={act.busy} onPress={() => act.run('done')}>
            {t('callback.done')}
          </Button>
          <Button isPending={act.busy} onPress={() => setCancelling(true)}>
            {t('callback.cancel')}
          </Button>
        </div>
      )}
      <Dialog title={t('callback.why')} open={cancelling} onClose={() => setCancelling(false)}>
        <form onSubmit={submit}>
          <Field
            label={t('desk.reason')}
            value={reason}
            onChange={setReason}
            maxLength={200}
            autoFocus
            isRequired
            wrong={act.problem?.of('reason')?.remedy}
          />
          {act.problem && act.problem.errors.length === 0 && <Trouble error={act.problem} />}
          <div className="row">
            <Button
              type="submit"
              look="primary"
              isPending={act.busy}
              isDisabled={reason.trim() === ''}
            >
              {t('callback.cancel')}
            </Button>
            <Button onPress={() => setCancelling(false)}>{t('callback.keep')}</Button>
          </div>
        </form>
      </Dialog>
    </article>
  );
}
