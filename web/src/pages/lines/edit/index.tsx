import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Dialog, Field, Loading, Note, Panel, Pick, Trouble } from '../../../ui/parts';
import { Graph } from '../graph';
import { Proof } from '../proof';
import type { Schemas } from './complete';
import { Diff, Editor, type Jump, type Mark } from './editor';
import { type Files, isName, type MenuFile, written } from './files';
import { Problems } from './problems';
import { Publish } from './publish';
import { type Mistake, useChecked, useFiles, useSchemas, useWriting } from './use';

const NOBODY: ReadonlyMap<string, number> = new Map();
const NEW = 'line: new\nnumbers: ["199"]\nlanguages: [en]\nhuman: \nstart: \nnodes:\n';

/** The menu files, to be changed, with everything that the server says of them in place. */
export function Edit() {
  const there = useFiles();
  const schemas = useSchemas();
  if (there.isPending || schemas.isPending) return <Loading />;
  const error = there.error ?? schemas.error;
  if (error)
    return (
      <Trouble error={error} again={() => void Promise.all([there.refetch(), schemas.refetch()])} />
    );
  return there.data && schemas.data ? <Writer there={there.data} schemas={schemas.data} /> : null;
}

function Writer({ there, schemas }: { there: Files; schemas: Schemas }) {
  const { t } = useTranslation();
  const writing = useWriting(there);
  const { files } = writing;
  const checked = useChecked(files);
  const [wanted, setFile] = useState<string | null>(null);
  const [jump, setJump] = useState<Jump | null>(null);
  const [differs, setDiffers] = useState(false);
  const [dialog, setDialog] = useState<'publish' | 'new' | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const file = files.find((f) => f.file === wanted) ?? files[0];
  const mistakes = checked.data?.mistakes ?? NONE;
  const name = file?.file ?? '';
  const marks = useMemo(() => marksOf(mistakes, name), [mistakes, name]);
  const before = there.files.find((f) => f.file === name)?.text ?? '';

  const go = (m: Mistake) => {
    setDiffers(false);
    setFile(m.file ?? null);
    setJump({ line: m.line, column: m.column, n: Date.now() });
  };
  const pick = (id: string) => {
    setJump(null);
    setFile(id);
  };
  const write = (text: string) => {
    setDone(null);
    // Who writes stays in the editor, whatever they looked at before there was nothing to compare.
    setDiffers(false);
    writing.write(written(files, name, text));
  };
  const remove = () => {
    setFile(null);
    writing.write(files.filter((f) => f.file !== name));
  };

  return (
    <div className="stack">
      <Fixed why={there.fixed} />
      {done !== null && <Note tone="good">{t('menus.published', { version: done })}</Note>}
      {writing.overtaken && (
        <Note tone="warn">
          <span>{t('menus.overtaken')}</span>
          <span className="row">
            <Button onPress={writing.discard}>{t('menus.theirs')}</Button>
            <Button onPress={writing.insist}>{t('menus.mine')}</Button>
          </span>
        </Note>
      )}
      <div className="writer">
        <div className="stack">
          <div className="row spread">
            <div className="row filepick">
              <Pick
                label={t('menus.file')}
                options={files.map((f) => ({ id: f.file, text: nameOf(f, mistakes) }))}
                value={name}
                onChange={pick}
              />
              {there.fixed === null && (
                <>
                  <Button onPress={() => setDialog('new')}>{t('menus.add')}</Button>
                  <Button onPress={remove} isDisabled={files.length < 2}>
                    {t('menus.remove')}
                  </Button>
                </>
              )}
            </div>
            <div className="row">
              <Button onPress={() => setDiffers(!differs)} isDisabled={!writing.changed}>
                {t(differs && writing.changed ? 'menus.back' : 'menus.differs')}
              </Button>
              <Button onPress={writing.discard} isDisabled={!writing.changed}>
                {t('menus.discard')}
              </Button>
              <Button
                look="primary"
                onPress={() => setDialog('publish')}
                isDisabled={
                  !writing.changed ||
                  writing.overtaken ||
                  checked.late ||
                  !checked.data?.ok ||
                  there.fixed !== null
                }
              >
                {t('menus.publish')}
              </Button>
            </div>
          </div>
          {differs && writing.changed ? (
            <Diff label={t('menus.differs')} before={before} after={file?.text ?? ''} />
          ) : (
            file && (
              <Editor
                key={name}
                label={name}
                text={file.text}
                onChange={write}
                marks={marks}
                schemas={schemas}
                fixed={false}
                jump={jump}
              />
            )
          )}
          <p className="hint">{t('menus.keys')}</p>
        </div>
        <Said checked={checked} about={lineOf(file?.text ?? '')} go={go} />
      </div>
      {dialog === 'publish' && (
        <Publish
          title={t('menus.publish')}
          before={there.files}
          after={files}
          tag={writing.tag}
          onClose={() => setDialog(null)}
          onDone={(version) => {
            setDialog(null);
            setDone(version);
            writing.discard();
          }}
        />
      )}
      {dialog === 'new' && (
        <NewFile
          files={files}
          onClose={() => setDialog(null)}
          onMade={(made) => {
            setDialog(null);
            writing.write(written(files, made, NEW));
            setFile(made);
          }}
        />
      )}
    </div>
  );
}

const NONE: Mistake[] = [];

function marksOf(mistakes: readonly Mistake[], file: string): Mark[] {
  return mistakes
    .filter((m) => m.file === file)
    .map((m) => ({ ...m, text: m.remedy ? `${m.what}: ${m.remedy}` : m.what }));
}

/** A file by its name, with how much is wrong in it. */
function nameOf(file: MenuFile, mistakes: readonly Mistake[]): string {
  const wrong = mistakes.filter((m) => m.refused && m.file === file.file).length;
  return wrong > 0 ? `${file.file} (${wrong})` : file.file;
}

/** Why nothing can be published from here, and what to do. */
export function Fixed({ why }: { why: string | null }) {
  const { t } = useTranslation();
  if (why === null) return null;
  return (
    <Note tone="warn">
      {t(why === 'built_in' ? 'menus-fixed.built_in' : 'menus-fixed.read_only')}
    </Note>
  );
}

/** The line that a file is of, if it is of one. */
function lineOf(text: string): string | null {
  return /^line\s*:\s*["']?([\w-]+)/m.exec(text)?.[1] ?? null;
}

interface SaidProps {
  /** The line whose file is shown. */
  about: string | null;
  checked: ReturnType<typeof useChecked>;
  go: (mistake: Mistake) => void;
}

/** What the server says of the draft: mistakes, the call that shows one, figures. */
function Said({ checked, about, go }: SaidProps) {
  const { t } = useTranslation();
  const { data, error, late } = checked;
  const [drawn, setDrawn] = useState<Mistake | null>(null);
  const [wanted, setLine] = useState<string | null>(null);
  const first = data?.mistakes.find((m) => m.call) ?? null;
  // The first call that breaks the promise is drawn without being asked for.
  useEffect(() => setDrawn(first), [first]);
  // Another file: its line.
  useEffect(() => setLine(about), [about]);
  const lines = data?.lines ?? [];
  const line =
    lines.find((l) => l.line === (drawn?.call?.line ?? wanted)) ??
    lines.find((l) => l.line === wanted) ??
    lines[0];
  return (
    <div className="stack">
      <Panel title={t('menus.told')}>
        {error ? (
          <Trouble error={error} again={() => void checked.refetch()} />
        ) : (
          <Problems
            mistakes={data?.mistakes ?? NONE}
            late={late}
            drawn={drawn}
            go={go}
            draw={setDrawn}
          />
        )}
      </Panel>
      {line && (
        <Panel title={t('menus.picture')}>
          {lines.length > 1 && (
            <Pick
              label={t('contacts.line')}
              options={lines.map((l) => ({ id: l.line, text: l.label }))}
              value={line.line}
              onChange={(id) => {
                setDrawn(null);
                setLine(id);
              }}
            />
          )}
          <div className="small-graph">
            <Graph
              key={line.line}
              view={line}
              there={NOBODY}
              people={0}
              call={drawn?.call?.line === line.line ? drawn.call.nodes : undefined}
            />
          </div>
          {line.proof && <Proof proof={line.proof} />}
        </Panel>
      )}
    </div>
  );
}

interface NewProps {
  files: readonly MenuFile[];
  onClose: () => void;
  onMade: (name: string) => void;
}

function NewFile({ files, onClose, onMade }: NewProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState<string | undefined>();
  const make = () => {
    const whole = /\.ya?ml$/.test(name) ? name : `${name}.yaml`;
    if (!isName(whole)) setWrong(t('menus.name-wrong'));
    else if (files.some((f) => f.file === whole)) setWrong(t('menus.name-taken'));
    else onMade(whole);
  };
  return (
    <Dialog title={t('menus.add')} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <Field
          label={t('menus.name')}
          hint={t('menus.name-hint')}
          value={name}
          onChange={setName}
          wrong={wrong}
          autoFocus
        />
        <div className="row spread">
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit">
            {t('menus.add')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
