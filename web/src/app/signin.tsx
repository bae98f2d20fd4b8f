import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../api/problem';
import { useCommand } from '../ui/command';
import { Button, Dialog, Field, Note, Trouble } from '../ui/parts';
import { useTitle } from '../ui/title';
import { Preferences } from './preferences';
import { useSession } from './session';

/** Name and password. `user`: who was signed in before. */
function SignInForm({ user: before = '' }: { user?: string }) {
  const { t } = useTranslation();
  const { signIn } = useSession();
  const [user, setUser] = useState(before);
  const [password, setPassword] = useState('');
  const enter = useCommand(() => signIn(user.trim(), password), {});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.run(undefined);
  };
  const wrong = enter.problem && asProblem(enter.problem).status === 401;
  return (
    <form onSubmit={submit}>
      <Field
        label={t('signin.user')}
        name="user"
        value={user}
        onChange={setUser}
        autoComplete="username"
        autoFocus={before === ''}
        isRequired
      />
      <Field
        label={t('signin.password')}
        name="password"
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus={before !== ''}
        isRequired
      />
      {wrong && (
        <Note tone="bad">
          <strong>{t('signin.wrong')}</strong>
          <span>{t('signin.forgotten')}</span>
        </Note>
      )}
      {enter.problem && !wrong && <Trouble error={enter.problem} />}
      <Button type="submit" look="primary" isPending={enter.busy}>
        {enter.busy ? t('signin.busy') : t('signin.enter')}
      </Button>
    </form>
  );
}

/** Before anybody has signed in, at whatever address. */
export function SignInPage() {
  const { t } = useTranslation();
  useTitle(t('signin.title'));
  return (
    <main className="gate">
      <div className="brand">
        <img src="/favicon.svg" alt="" />
        Zeroline
      </div>
      <section className="panel" aria-labelledby="signin">
        <h1 id="signin">{t('signin.title')}</h1>
        {location.pathname === '/try' && <p className="muted">{t('try.sign-in')}</p>}
        <SignInForm />
      </section>
      {location.pathname !== '/try' && (
        // The form stays, and leads there.
        <p className="small">
          <a href="/try">{t('try.first')}</a>
        </p>
      )}
      <Preferences />
    </main>
  );
}

/** Over the page when the session is over: what was written stays where it is. */
export function SessionOver() {
  const { t } = useTranslation();
  const { session, signOut } = useSession();
  if (session.state !== 'expired') return null;
  return (
    <Dialog title={t('signin.over')} open fixed onClose={() => {}}>
      <section>
        <p>{t('signin.stay')}</p>
        <SignInForm user={session.me.who} />
        <Button look="quiet" onPress={() => void signOut()}>
          {t('signin.leave')}
        </Button>
      </section>
    </Dialog>
  );
}
