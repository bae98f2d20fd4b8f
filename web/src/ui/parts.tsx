import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Dialog as AriaDialog,
  FieldError,
  Heading,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../api/problem';

interface ButtonProps extends Omit<AriaButtonProps, 'isPending'> {
  look?: 'primary' | 'plain' | 'quiet' | 'danger' | 'answer' | 'on';
  square?: boolean;
  /** What it asked for is on its way. It keeps the focus, which a button that is disabled loses. */
  isPending?: boolean;
}

export function Button({
  look = 'plain',
  square = false,
  isPending = false,
  ...props
}: ButtonProps) {
  const classes = ['button', look, square ? 'square' : '', isPending ? 'pending' : ''].join(' ');
  const busy = isPending ? { 'aria-disabled': true, onPress: () => {} } : {};
  return <AriaButton {...props} {...busy} className={classes} />;
}

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string | undefined;
  /** What is wrong with it. */
  wrong?: string | undefined;
  isRequired?: boolean;
  isDisabled?: boolean;
  autoFocus?: boolean;
  name?: string;
}

interface TextProps extends FieldProps {
  type?: 'text' | 'password' | 'search' | 'date' | 'datetime-local' | 'number';
  autoComplete?: string;
  inputMode?: 'numeric' | 'text' | 'tel';
  lines?: boolean;
  maxLength?: number;
}

export function Field({ label, hint, wrong, lines, autoFocus, ...props }: TextProps) {
  return (
    <TextField
      {...props}
      className="field"
      isInvalid={wrong !== undefined}
      validationBehavior="aria"
      autoFocus={autoFocus ?? false}
    >
      <Label>{label}</Label>
      {lines ? <TextArea className="input" /> : <Input className="input" />}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="wrong">{wrong}</FieldError>
    </TextField>
  );
}

export interface Option {
  id: string;
  text: string;
}

interface PickProps {
  label: string;
  options: readonly Option[];
  value: string | null;
  onChange: (id: string) => void;
  placeholder?: string | undefined;
  wrong?: string | undefined;
  isDisabled?: boolean;
}

/** One of a list. */
export function Pick({
  label,
  options,
  value,
  onChange,
  placeholder,
  wrong,
  isDisabled,
}: PickProps) {
  return (
    <Select
      className="field"
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      placeholder={placeholder ?? ''}
      isInvalid={wrong !== undefined}
      isDisabled={isDisabled ?? false}
    >
      <Label>{label}</Label>
      <AriaButton className="input">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </AriaButton>
      <FieldError className="wrong">{wrong}</FieldError>
      <Popover className="popover">
        <ListBox className="options" items={options}>
          {(option) => (
            <ListBoxItem className="option" id={option.id} textValue={option.text}>
              {option.text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** Cannot be put away without an answer. */
  fixed?: boolean;
  children: ReactNode;
}

export function Dialog({ title, open, onClose, fixed = false, children }: DialogProps) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={open}
      isDismissable={!fixed}
      isKeyboardDismissDisabled={fixed}
      onOpenChange={(o) => !o && onClose()}
    >
      <Modal className="dialog">
        <AriaDialog>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface PanelProps {
  title: string;
  /** Beside the title. */
  more?: ReactNode;
  children: ReactNode;
  className?: string;
}

export function Panel({ title, more, children, className = '' }: PanelProps) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {more}
      </header>
      {children}
    </section>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'none';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge ${tone === 'none' ? 'plain' : tone}`}>{children}</span>;
}

export function Note({ tone, children }: { tone: 'bad' | 'warn' | 'good'; children: ReactNode }) {
  const Icon = tone === 'good' ? CircleCheck : TriangleAlert;
  return (
    <div className={`note ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon className="icon" aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, in plain words, and what to do; the server's own words are English. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  const told = t(`problem.${problem.kind}`, { defaultValue: t('problem.refused') });
  const own = problem.kind !== 'unreachable' && problem.kind !== 'not-signed-in';
  const whole = problem.errors.filter((e) => e.field === '');
  return (
    <Note tone="bad">
      <strong>{told}</strong>
      {own && (
        <span lang="en" className="small">
          {problem.title}
          {problem.remedy ? `: ${problem.remedy}` : ''}
        </span>
      )}
      {whole.length > 0 && (
        <ul className="stack tight small" lang="en">
          {whole.slice(0, 20).map((e) => (
            <li key={e.what}>{e.what}</li>
          ))}
        </ul>
      )}
      {problem.retryAfter !== null && (
        <span>{t('problem.retry', { count: problem.retryAfter })}</span>
      )}
      {again && (
        <span>
          <Button onPress={again}>{t('again')}</Button>
        </span>
      )}
    </Note>
  );
}

export function Loading() {
  const { t } = useTranslation();
  return (
    <p className="loading" role="status">
      {t('loading')}
    </p>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
