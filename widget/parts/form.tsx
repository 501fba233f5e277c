/** What is asked before the first message: the workspace's own questions, and an e-mail address while nobody is there. */
import { EMAIL_MAX, isEmail } from '../../shared/email.ts';
import type { Profile } from '../../shared/protocol.ts';
import type { FormField } from '../../shared/settings.ts';
import { adopt, attempt, Component, createRef, t } from '../kit.ts';
import { formKey } from '../storage-key.ts';
import css from './form.css';

interface FormProps {
  fields: readonly FormField[];
  /** The team is not there. */
  away: boolean;
  workspace: string;
  /** Whether this tab may remember what is typed until it is sent. */
  keeps: boolean;
  onDone(answers: Profile): void;
}

interface FormState { answers: Record<string, string>; problems: Record<string, string> }

/** The longest answers that the gateway takes. */
const LONGEST: Record<string, number> = { name: 200, email: EMAIL_MAX, phone: 50 };
const LONGEST_OTHER = 1_000;
const EMAIL: FormField = { key: 'email', label: '', kind: 'email', required: true, choices: [] };
const INPUT = { email: { type: 'email', autocomplete: 'email' }, phone: { type: 'tel', autocomplete: 'tel' } } as const;

export default class Form extends Component<FormProps, FormState> {
  form = createRef<HTMLFormElement>();
  key = formKey(this.props.workspace);
  override state: FormState = { answers: this.kept(), problems: {} };

  override componentDidMount(): void {
    adopt(css);
    this.form.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }

  /** What was typed already, should the page have been loaded again before the first message; with that it goes (widget/draft.ts). */
  kept(): Record<string, string> {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.key) ?? '{}') as Record<string, string>) ?? {};
  }

  fields(): FormField[] {
    const { fields, away } = this.props;
    if (!away) return [...fields];
    // Without an address nobody could be answered.
    const asked = fields.map((field) => (field.kind === 'email' ? { ...field, required: true } : field));
    return asked.some(({ kind }) => kind === 'email') ? asked : [EMAIL, ...asked];
  }

  input(key: string, value: string): void {
    const answers = { ...this.state.answers, [key]: value };
    this.setState({ answers, problems: { ...this.state.problems, [key]: '' } });
    if (this.props.keeps) attempt(() => sessionStorage.setItem(this.key, JSON.stringify(answers)));
  }

  submit = (event: Event): void => {
    event.preventDefault();
    const { answers } = this.state;
    const wrong = this.fields().flatMap((field): Array<[string, string]> => {
      const problem = problemOf(field, (answers[field.key] ?? '').trim());
      return problem ? [[field.key, problem]] : [];
    });
    this.setState({ problems: Object.fromEntries(wrong) }, () => this.form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    if (wrong.length > 0) return;
    this.props.onDone(profileOf(this.fields(), answers));
  };

  override render({ away }: FormProps, { answers, problems }: FormState) {
    return (
      <form class="form" ref={this.form} noValidate onSubmit={this.submit}>
        <p>{t(away ? 'awayIntro' : 'formIntro')}</p>
        {this.fields().map((field) => {
          const { key, kind, required, choices } = field;
          const id = `field-${key}`;
          const problem = problems[key];
          const common = {
            id, value: answers[key] ?? '', required, dir: 'auto' as const, 'aria-invalid': Boolean(problem), 'aria-describedby': problem ? `${id}-problem` : undefined,
            onInput: ({ currentTarget }: { currentTarget: { value: string } }) => this.input(key, currentTarget.value),
          };
          return (
            <div class="form-field" key={key}>
              <label for={id}>{field.label || t('email')}{!required && <span class="optional"> ({t('optional')})</span>}</label>
              {kind === 'choice'
                ? <select {...common}><option value="">{t('choose')}</option>{choices.map((choice) => <option key={choice}>{choice}</option>)}</select>
                : kind === 'longtext'
                  ? <textarea rows={3} {...common} />
                  : <input {...(kind === 'text' ? { type: 'text', autocomplete: key === 'name' ? 'name' : 'off' } : INPUT[kind])} {...common} />}
              {problem && <p class="hint bad" id={`${id}-problem`}>{problem}</p>}
            </div>
          );
        })}
        <button type="submit" class="primary">{t('begin')}</button>
      </form>
    );
  }
}

function problemOf({ key, kind, required }: FormField, answer: string): string | undefined {
  if (!answer) return required ? t('fieldMissing') : undefined;
  if (answer.length > (LONGEST[key] ?? LONGEST_OTHER)) return t('fieldLong');
  if (kind === 'email' && !isEmail(answer)) return t('emailWrong');
  if (kind === 'phone' && !/^\+?[\p{Nd}\p{Pd}\s()/.]{3,}$/u.test(answer)) return t('phoneWrong');
  return undefined;
}

/** Name, address and number say who the visitor is; everything else is an attribute. */
function profileOf(fields: readonly FormField[], answers: Record<string, string>): Profile {
  const profile: Profile = {};
  for (const { key, kind } of fields) {
    const answer = (answers[key] ?? '').trim();
    if (!answer) continue;
    const own = kind === 'email' || kind === 'phone' ? kind : key === 'name' ? 'name' : undefined;
    if (own) profile[own] = answer;
    else profile.attributes = { ...profile.attributes, [key]: answer };
  }
  return profile;
}
