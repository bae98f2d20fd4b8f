import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useMe } from '../../app/session';
import { useCommand } from '../../ui/command';
import { Badge, Button, Dialog, Field, Loading, Note, Panel, Pick, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';

type User = Schemas['UserView'];

export const ROLES = ['agent', 'supervisor', 'operator', 'admin'] as const;

const NOBODY = '\u0000none';

/** Agents to choose from; `none`: nobody's phone. */
export function useAgentOptions(none: string) {
  const agents = useQuery({ queryKey: ['agents'], queryFn: () => got(api.GET('/api/v1/agents')) });
  return [
    { id: NOBODY, text: none },
    ...(agents.data ?? []).map((a) => ({ id: a.agent, text: `${a.name} (${a.agent})` })),
  ];
}

/** What was chosen of [`useAgentOptions`]. */
export function agentOf(id: string | null): string | null {
  return id === NOBODY ? null : id;
}

export function useRoleOptions() {
  const { t } = useTranslation();
  return ROLES.map((id) => ({ id, text: t(`role.${id}`) }));
}

export function Users() {
  const { t } = useTranslation();
  const users = useQuery({ queryKey: ['users'], queryFn: () => got(api.GET('/api/v1/users')) });
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<User | null>(null);
  const [made, setMade] = useState<Schemas['UserMade'] | null>(null);
  return (
    <Panel
      title={t('settings.users')}
      more={<Button onPress={() => setAdding(true)}>{t('users.add')}</Button>}
    >
      {users.isPending && <Loading />}
      {users.error && <Trouble error={users.error} again={() => void users.refetch()} />}
      {users.data && (
        <div className="scroll">
          <table className="cards">
            <thead>
              <tr>
                <th>{t('settings.name')}</th>
                <th>{t('signin.user')}</th>
                <th>{t('settings.role')}</th>
                <th>{t('settings.agent')}</th>
                <th>{t('users.seen')}</th>
                <th>
                  <span className="hidden">{t('settings.change')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {users.data.map((u) => (
                <tr key={u.user}>
                  <td className="lead">
                    {u.display} {u.disabled && <Badge tone="bad">{t('users.disabled')}</Badge>}
                  </td>
                  <td data-label={t('signin.user')}>{u.user}</td>
                  <td data-label={t('settings.role')}>
                    {t(`role.${u.role}`, { defaultValue: u.role })}
                  </td>
                  <td data-label={t('settings.agent')}>{u.agent}</td>
                  <td data-label={t('users.seen')}>{u.signed_in && <When at={u.signed_in} />}</td>
                  <td className="right">
                    <Button
                      look="quiet"
                      onPress={() => setChanging(u)}
                      aria-label={t('users.change-of', { user: u.user })}
                    >
                      {t('settings.change')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && <Add onClose={() => setAdding(false)} onMade={setMade} />}
      {changing && (
        <Change
          key={changing.user}
          user={changing}
          onClose={() => setChanging(null)}
          onPassword={setMade}
        />
      )}
      <Dialog
        title={t('users.password-of', { user: made?.user ?? '' })}
        open={made !== null}
        onClose={() => setMade(null)}
      >
        <section>
          {made?.password ? (
            <>
              <p>{t('users.once')}</p>
              <p className="secret">{made.password}</p>
            </>
          ) : (
            <p>{t('users.given')}</p>
          )}
          <div>
            <Button look="primary" onPress={() => setMade(null)}>
              {t('close')}
            </Button>
          </div>
        </section>
      </Dialog>
    </Panel>
  );
}

interface AddProps {
  onClose: () => void;
  onMade: (made: Schemas['UserMade']) => void;
}

function Add({ onClose, onMade }: AddProps) {
  const { t } = useTranslation();
  const [user, setUser] = useState('');
  const [display, setDisplay] = useState('');
  const [role, setRole] = useState<string>('agent');
  const [agent, setAgent] = useState<string | null>(NOBODY);
  const agents = useAgentOptions(t('users.no-phone'));
  const roles = useRoleOptions();
  const add = useCommand(
    () => {
      const phone = agentOf(agent);
      const body = {
        user: user.trim(),
        role,
        ...(display.trim() ? { display: display.trim() } : {}),
        ...(phone ? { agent: phone } : {}),
      };
      return got(api.POST('/api/v1/users', { body }));
    },
    {
      refresh: ['users'],
      done: (made) => {
        onClose();
        onMade(made);
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.run(undefined);
  };
  const wrong = (field: string) => add.problem?.of(field)?.remedy;
  return (
    <Dialog title={t('users.add')} open onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t('signin.user')}
          value={user}
          onChange={setUser}
          autoFocus
          isRequired
          hint={t('users.name-hint')}
          wrong={wrong('user')}
          autoComplete="off"
        />
        <Field
          label={t('settings.name')}
          value={display}
          onChange={setDisplay}
          wrong={wrong('display')}
          autoComplete="off"
        />
        <Pick
          label={t('settings.role')}
          options={roles}
          value={role}
          onChange={setRole}
          wrong={wrong('role')}
        />
        <p className="hint">{t(`role-may.${role}`)}</p>
        <Pick
          label={t('settings.phone')}
          options={agents}
          value={agent}
          onChange={setAgent}
          wrong={wrong('agent')}
        />
        {add.problem && add.problem.errors.length === 0 && <Trouble error={add.problem} />}
        <div className="row">
          <Button type="submit" look="primary" isDisabled={add.busy || user.trim() === ''}>
            {t('users.make')}
          </Button>
          <Button onPress={onClose}>{t('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChangeProps {
  user: User;
  onClose: () => void;
  onPassword: (made: Schemas['UserMade']) => void;
}

function Change({ user, onClose, onPassword }: ChangeProps) {
  const { t } = useTranslation();
  const me = useMe();
  const [display, setDisplay] = useState(user.display);
  const [role, setRole] = useState(user.role);
  const [agent, setAgent] = useState<string | null>(user.agent ?? NOBODY);
  const [removing, setRemoving] = useState(false);
  const agents = useAgentOptions(t('users.no-phone'));
  const roles = useRoleOptions();
  const params = { path: { user: user.user } };
  const own = user.user === me.who;
  const save = useCommand(
    (disabled: boolean) => {
      const body = {
        ...(display.trim() !== user.display ? { display: display.trim() } : {}),
        ...(role !== user.role ? { role } : {}),
        ...(agentOf(agent) !== (user.agent ?? null) ? { agent: agentOf(agent) } : {}),
        ...(disabled !== user.disabled ? { disabled } : {}),
      };
      return got(api.PATCH('/api/v1/users/{user}', { params, body }));
    },
    { refresh: ['users'], done: onClose },
  );
  const password = useCommand(
    () => got(api.POST('/api/v1/users/{user}/password', { params, body: {} })),
    {
      done: (made) => {
        onClose();
        onPassword(made);
      },
    },
  );
  const remove = useCommand(() => got(api.DELETE('/api/v1/users/{user}', { params })), {
    refresh: ['users'],
    done: onClose,
  });
  const busy = save.busy || password.busy || remove.busy;
  const problem = save.problem ?? password.problem ?? remove.problem;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.run(user.disabled);
  };
  return (
    <Dialog title={user.user} open onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t('settings.name')}
          value={display}
          onChange={setDisplay}
          autoComplete="off"
        />
        <Pick label={t('settings.role')} options={roles} value={role} onChange={setRole} />
        <p className="hint">{t(`role-may.${role}`, { defaultValue: '' })}</p>
        <Pick label={t('settings.phone')} options={agents} value={agent} onChange={setAgent} />
        {problem && <Trouble error={problem} />}
        {own && <Note tone="warn">{t('users.own')}</Note>}
        {removing ? (
          <div className="stack">
            <Note tone="warn">{t('users.remove-sure', { user: user.user })}</Note>
            <div className="row">
              <Button look="danger" isDisabled={busy} onPress={() => remove.run(undefined)}>
                {t('users.remove')}
              </Button>
              <Button onPress={() => setRemoving(false)}>{t('users.remove-not')}</Button>
            </div>
          </div>
        ) : (
          <>
            <div className="row">
              <Button type="submit" look="primary" isDisabled={busy}>
                {t('settings.save')}
              </Button>
              <Button onPress={onClose}>{t('cancel')}</Button>
            </div>
            <div className="row">
              <Button isDisabled={busy} onPress={() => password.run(undefined)}>
                {t('users.new-password')}
              </Button>
              <Button isDisabled={busy} onPress={() => save.run(!user.disabled)}>
                {t(user.disabled ? 'users.enable' : 'users.disable')}
              </Button>
              <Button look="danger" isDisabled={busy} onPress={() => setRemoving(true)}>
                {t('users.remove')}
              </Button>
            </div>
          </>
        )}
      </form>
    </Dialog>
  );
}
