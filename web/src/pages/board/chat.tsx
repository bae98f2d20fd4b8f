import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMe } from '../../app/session';
import { useLive } from '../../live';
import { useCommand } from '../../ui/command';
import { useDraft } from '../../ui/draft';
import { Button, Field, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';

/** What agents and supervisors write to each other about one contact. */
export function Chat({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const { stored } = useLive().picture;
  const queries = useQueryClient();
  const params = { path: { contact } };
  const chat = useQuery({
    queryKey: ['chat', contact],
    queryFn: () => got(api.GET('/api/v1/contacts/{contact}/chat', { params })),
  });
  useEffect(() => {
    if (stored > 0) void queries.invalidateQueries({ queryKey: ['chat', contact] });
  }, [stored, queries, contact]);
  const [text, setText] = useDraft(`chat.${contact}`);
  const say = useCommand(
    () => got(api.POST('/api/v1/contacts/{contact}/chat', { params, body: { text: text.trim() } })),
    { done: () => setText(''), refresh: ['chat'] },
  );
  const items = chat.data?.items ?? [];
  const last = items.at(-1)?.message;
  const unread = chat.data?.unread ?? 0;
  useEffect(() => {
    if (last === undefined || unread === 0 || document.visibilityState !== 'visible') return;
    const body = { message: last };
    const read = api.POST('/api/v1/contacts/{contact}/chat/read', {
      params: { path: { contact } },
      body,
    });
    // It is unread still, then, and is marked the next time.
    void got(read).catch(() => {});
  }, [last, unread, contact]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') say.run(undefined);
  };
  return (
    <section className="stack tight" aria-label={t('notes.title')}>
      <h3>{t('notes.title')}</h3>
      {chat.error && <Trouble error={chat.error} again={() => void chat.refetch()} />}
      <ol className="stack tight" aria-live="polite">
        {items.map((m) => (
          <li key={m.message}>
            <span className="muted small">
              {m.who === me.who ? t('notes.you') : m.who} <When at={m.at} />
            </span>
            <p>{m.text}</p>
          </li>
        ))}
      </ol>
      <form className="stack tight" onSubmit={submit}>
        <Field label={t('notes.write')} value={text} onChange={setText} maxLength={2000} />
        <div>
          <Button type="submit" isDisabled={say.busy || text.trim() === ''}>
            {t('notes.send')}
          </Button>
        </div>
        {say.problem && <Trouble error={say.problem} />}
      </form>
    </section>
  );
}
