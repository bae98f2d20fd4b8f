import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMe } from '../../app/session';
import { useLive } from '../../live';
import { useCommand } from '../../ui/command';
import { useDraft } from '../../ui/draft';
import { Badge, Button, Field, Loading, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';

/** Looks again at what is stored beside a contact when the live stream tells of something. */
export function useFreshOf(key: string) {
  const { stored } = useLive().picture;
  const queries = useQueryClient();
  useEffect(() => {
    if (stored > 0) void queries.invalidateQueries({ queryKey: [key] });
  }, [stored, queries, key]);
}

interface ChatProps {
  contact: string;
  open?: boolean;
  /** Who it is with; without it the supervisor. */
  title?: string;
}

/**
 * What agents and supervisors write to each other about one contact. For the agent's desk and the
 * supervisor's board alike: mount it with the id of the contact, `<Chat contact={id} />`; what is
 * shown counts as read, so mount it only where it is seen (`open` says whether it is). Who may not
 * see the contact's chat is told so by the server.
 */
export function Chat({ contact, open = true, title }: ChatProps) {
  const { t } = useTranslation();
  const named = title ?? t('chat.title');
  const me = useMe();
  const queries = useQueryClient();
  useFreshOf('chat');
  const params = { path: { contact } };
  const chat = useQuery({
    queryKey: ['chat', contact],
    queryFn: () => got(api.GET('/api/v1/contacts/{contact}/chat', { params })),
    // A talk that has just begun is written down in a moment.
    retry: (failures) => failures < 3,
    retryDelay: 800,
  });
  const [text, setText] = useDraft(`chat.${contact}`);
  const say = useCommand(
    () => got(api.POST('/api/v1/contacts/{contact}/chat', { params, body: { text: text.trim() } })),
    { done: () => setText(''), refresh: ['chat'] },
  );
  const items = chat.data?.items ?? [];
  const last = items.at(-1)?.message;
  const unread = chat.data?.unread ?? 0;
  const seen = useRef(0);
  const list = useRef<HTMLOListElement>(null);

  useEffect(() => {
    if (!open || last === undefined || unread === 0 || seen.current >= last) return;
    if (document.visibilityState !== 'visible') return;
    seen.current = last;
    const body = { message: last };
    void got(
      api.POST('/api/v1/contacts/{contact}/chat/read', {
        params: { path: { contact } },
        body,
      }),
    )
      .then((read) => queries.setQueryData(['chat', contact], read))
      .catch(() => {
        // It is tried with the next that is said.
        seen.current = 0;
      });
  }, [open, last, unread, contact, queries]);

  useEffect(() => {
    if (last !== undefined) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [last]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') say.run(undefined);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && text.trim() !== '') {
      event.preventDefault();
      say.run(undefined);
    }
  };
  return (
    <section className="stack chat" aria-label={named}>
      <h3 className="row">
        {named}
        {unread > 0 && !open && <Badge tone="info">{t('chat.unread', { count: unread })}</Badge>}
      </h3>
      {chat.isPending && <Loading />}
      {chat.error && <Trouble error={chat.error} again={() => void chat.refetch()} />}
      {chat.data && items.length === 0 && <p className="hint">{t('chat.empty')}</p>}
      {items.length > 0 && (
        <ol className="said" ref={list} aria-live="polite">
          {items.map((m) => (
            <li key={m.message} className={m.who === me.who ? 'mine' : ''}>
              <span className="small muted">
                {m.who === me.who ? t('chat.you') : m.who} · <When at={m.at} />
              </span>
              <p>{m.text}</p>
            </li>
          ))}
        </ol>
      )}
      <form className="row end" onSubmit={submit}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of the field within */}
        <div className="grow" onKeyDown={keys}>
          <Field
            label={t('chat.write')}
            value={text}
            onChange={setText}
            maxLength={2000}
            wrong={say.problem?.of('text')?.remedy}
          />
        </div>
        <Button type="submit" isPending={say.busy} isDisabled={text.trim() === ''}>
          <Send className="icon" aria-hidden="true" />
          {t('chat.send')}
        </Button>
      </form>
      {say.problem && say.problem.errors.length === 0 && <Trouble error={say.problem} />}
    </section>
  );
}
