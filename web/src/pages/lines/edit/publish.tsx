import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../../api/client';
import { useCommand } from '../../../ui/command';
import { Button, Dialog, Field, Trouble } from '../../../ui/parts';
import { type Change, changes, type MenuFile } from './files';
import { useLookAgain } from './use';

interface Props {
  title: string;
  /** What the folder has, and stands for it. */
  before: readonly MenuFile[];
  tag: string;
  /** What it is to have. */
  after: readonly MenuFile[];
  note?: string;
  onClose: () => void;
  onDone: (version: number) => void;
}

/** Asks why, and publishes. */
export function Publish({ title, before, tag, after, note: first = '', onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState(first);
  const again = useLookAgain();
  const publish = useCommand(
    () =>
      got(
        api.POST('/api/v1/menus', {
          body: { files: [...after], note },
          headers: { 'If-Match': tag },
        }),
      ),
    {
      done: ({ version }) => {
        onDone(version);
        void again();
      },
    },
  );
  const close = () => {
    // Somebody else was faster: what they wrote is to be seen.
    if (publish.problem?.kind === 'changed-meanwhile') void again();
    onClose();
  };
  return (
    <Dialog title={title} open onClose={close} fixed={publish.busy}>
      <section>
        <ChangeList changes={changes(before, after)} />
        <Field
          label={t('menus.note')}
          hint={t('menus.note-hint')}
          value={note}
          onChange={setNote}
          maxLength={200}
          autoFocus
        />
        <p className="hint">{t('menus.publish-hint')}</p>
        {publish.problem && <Trouble error={publish.problem} />}
        <div className="row spread">
          <Button onPress={close} isPending={publish.busy}>
            {t('cancel')}
          </Button>
          <Button look="primary" isPending={publish.busy} onPress={() => publish.run(undefined)}>
            {t(publish.busy ? 'menus.publishing' : 'menus.publish')}
          </Button>
        </div>
      </section>
    </Dialog>
  );
}

export function ChangeList({ changes: all }: { changes: readonly Change[] }) {
  const { t } = useTranslation();
  return (
    <ul className="stack tight">
      {all.map(({ file, before, after }) => (
        <li key={file}>
          <code>{file}</code>{' '}
          <span className="muted">
            {t(
              before === null
                ? 'menus-change.new'
                : after === null
                  ? 'menus-change.gone'
                  : 'menus-change.other',
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
