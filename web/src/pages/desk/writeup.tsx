import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useCommand } from '../../ui/command';
import { useDraft } from '../../ui/draft';
import { Button, Field, Note, Pick, Trouble } from '../../ui/parts';
import type { TimelineEvent } from '../contacts/timeline';
import { useChoices } from './state';

export function useContact(contact: string | null) {
  return useQuery({
    queryKey: ['contact', contact],
    enabled: contact !== null,
    queryFn: () =>
      got(api.GET('/api/v1/contacts/{contact}', { params: { path: { contact: contact ?? '' } } })),
  });
}

interface Props {
  agent: string;
  contact: string;
  queue: string | null;
  /** The talk is over: writing it up ends the wrap-up. */
  after: boolean;
}

/** Code and note of a talk. Writing up again adds to it. */
export function WriteUp({ agent, contact, queue, after }: Props) {
  const { t } = useTranslation();
  const choices = useChoices(agent);
  const detail = useContact(contact);
  const [code, setCode] = useDraft(`code.${contact}`);
  const [note, setNote] = useDraft(`note.${contact}`);
  const codes = choices.data?.wrap_up_codes.find((c) => c.queue === queue)?.codes ?? [];
  const written = ((detail.data?.timeline ?? []) as unknown as TimelineEvent[]).filter(
    (e) => e.event === 'wrapped_up',
  );
  const save = useCommand(
    async (finish: boolean) => {
      const params = { path: { agent } };
      const said = { ...(code ? { code } : {}), ...(note.trim() ? { note: note.trim() } : {}) };
      if (code || note.trim()) {
        const body = { contact, ...said };
        await got(api.POST('/api/v1/agents/{agent}/wrap-up', { params, body }));
        setCode('');
        setNote('');
      }
      if (finish) await got(api.POST('/api/v1/agents/{agent}/wrap-up-done', { params }));
    },
    { refresh: ['contact', 'contacts'] },
  );
  const nothing = code === '' && note.trim() === '';
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !nothing) save.run(after);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of the fields within
    <div className="stack" onKeyDown={keys}>
      {codes.length > 0 && (
        <Pick
          label={t('writeup.code')}
          options={codes.map((c) => ({ id: c, text: c }))}
          value={code || null}
          onChange={setCode}
          placeholder={t('writeup.choose')}
          wrong={save.problem?.of('code')?.remedy}
        />
      )}
      <Field
        label={t('writeup.note')}
        value={note}
        onChange={setNote}
        lines
        maxLength={4000}
        hint={t('writeup.keys')}
        wrong={save.problem?.of('note')?.remedy}
      />
      {written.length > 0 && (
        <ul className="stack tight small">
          {written.map((e) => (
            <li key={e.at_ms}>
              <span className="muted">{t('writeup.written')}</span>{' '}
              {[e.code, e.note].filter(Boolean).join(': ')}
            </li>
          ))}
        </ul>
      )}
      {save.problem && save.problem.errors.length === 0 && <Trouble error={save.problem} />}
      <div className="row">
        {after && (
          <Button look="primary" isPending={save.busy} onPress={() => save.run(true)}>
            {t(nothing ? 'desk.finish' : 'writeup.finish')}
          </Button>
        )}
        <Button isPending={save.busy} isDisabled={nothing} onPress={() => save.run(false)}>
          {t('writeup.save')}
        </Button>
      </div>
    </div>
  );
}

/** Something that is to be done about a contact. */
export function FollowUp({ contact, queue }: { contact: string; queue: string | null }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [title, setTitle] = useDraft(`task.${contact}`);
  const [due, setDue] = useState('');
  const [whose, setWhose] = useState<'queue' | 'mine'>(queue ? 'queue' : 'mine');
  const create = useCommand(
    () =>
      got(
        api.POST('/api/v1/tasks', {
          body: {
            title: title.trim(),
            contact,
            ...(due ? { due: new Date(due).toISOString() } : {}),
            ...(whose === 'queue' && queue ? { queue } : {}),
          },
        }),
      ),
    {
      refresh: ['tasks'],
      done: () => {
        setTitle('');
        setDue('');
        setOpen(false);
      },
    },
  );
  if (!open) {
    return (
      <div className="row">
        <Button onPress={() => setOpen(true)}>{t('followup.add')}</Button>
        {create.done && <Note tone="good">{t('followup.added')}</Note>}
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        create.run(undefined);
      }}
    >
      <Field
        label={t('followup.title')}
        value={title}
        onChange={setTitle}
        maxLength={120}
        autoFocus
        isRequired
        wrong={create.problem?.of('title')?.remedy}
      />
      <Field
        label={t('followup.due')}
        type="datetime-local"
        value={due}
        onChange={setDue}
        wrong={create.problem?.of('due')?.remedy}
      />
      {queue && (
        <Pick
          label={t('followup.whose')}
          options={[
            { id: 'queue', text: t('followup.queue', { queue }) },
            { id: 'mine', text: t('followup.mine') },
          ]}
          value={whose}
          onChange={(id) => setWhose(id === 'mine' ? 'mine' : 'queue')}
        />
      )}
      {create.problem && create.problem.errors.length === 0 && <Trouble error={create.problem} />}
      <div className="row">
        <Button
          type="submit"
          look="primary"
          isPending={create.busy}
          isDisabled={title.trim() === ''}
        >
          {t('followup.save')}
        </Button>
        <Button onPress={() => setOpen(false)}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
