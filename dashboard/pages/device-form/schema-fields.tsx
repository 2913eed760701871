import {
  Checkbox,
  Fieldset,
  Input,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useWords } from '../../parts/sentences.ts'
import { applies, type FieldSchema, isValues, startValues, type Values } from './field-schema.ts'
import { useProblemText } from './problem-text.ts'
import type { Problems } from './problems.ts'

interface FieldsProps {
  schema: FieldSchema
  values: Values
  onChange(values: Values): void
  /** Where these fields are in what is sent: `drivers.snmp`. */
  path: string
  problems: Problems
  /** Paths of secrets the server has; they are never shown, and kept when left empty. */
  storedSecrets: readonly string[]
}

/** The fields of a JSON schema. A new protocol brings its schema and needs no form of its own. */
export function SchemaFields({ schema, values, onChange, path, ...rest }: FieldsProps) {
  return (
    <Stack gap="sm">
      {Object.entries(schema.properties ?? {})
        .filter(([, field]) => applies(field, values))
        .map(([name, field]) => (
          <SchemaField
            key={name}
            name={name}
            schema={field}
            required={schema.required?.includes(name) === true}
            value={values[name]}
            onChange={(value) => onChange({ ...values, [name]: value })}
            path={`${path}.${name}`}
            {...rest}
          />
        ))}
    </Stack>
  )
}

interface FieldProps extends Omit<FieldsProps, 'values' | 'onChange'> {
  name: string
  required: boolean
  value: unknown
  onChange(value: unknown): void
}

/** More choices than this do not fit side by side. */
const MOST_SEGMENTS = 4

function SchemaField({ name, schema, required, value, onChange, path, problems, storedSecrets }: FieldProps) {
  const { t } = useTranslation()
  const words = useWords()
  const problemText = useProblemText()
  const stored = storedSecrets.includes(path.replace(/^drivers\./, ''))
  const common = {
    label: words.word('field', name),
    description: useHelp(path, schema),
    error: problemText(problems[path]),
    withAsterisk: required && !stored,
  }
  if (schema.properties)
    return <Part {...{ name, schema, required, value, onChange, path, problems, storedSecrets }} />
  if (schema.enum && schema.enum.length <= MOST_SEGMENTS)
    return (
      <Input.Wrapper {...common}>
        <div>
          <SegmentedControl data={[...schema.enum]} value={String(value ?? '')} onChange={onChange} />
        </div>
      </Input.Wrapper>
    )
  if (schema.enum)
    return (
      <Select {...common} data={[...schema.enum]} value={(value as string) ?? null} onChange={onChange} />
    )
  if (schema.type === 'boolean')
    return (
      <Checkbox
        label={common.label}
        description={common.description}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    )
  if (schema.type === 'integer' || schema.type === 'number')
    return (
      <NumberInput
        {...common}
        hideControls
        allowDecimal={schema.type === 'number'}
        value={(value as number) ?? ''}
        onChange={onChange}
      />
    )
  const text = {
    ...common,
    value: (value as string) ?? '',
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  }
  if (schema['x-secret'])
    return (
      <PasswordInput
        {...text}
        autoComplete="new-password"
        {...(stored && { placeholder: t('form.secretStored') })}
      />
    )
  return <TextInput {...text} />
}

/** A group of fields that is sent as a whole or not at all. */
function Part({ name, schema, required, value, onChange, ...rest }: FieldProps) {
  const words = useWords()
  const on = isValues(value)
  return (
    <Fieldset legend={words.word('field', name)} variant="filled">
      <Stack gap="sm">
        {!required && (
          <Checkbox
            label={words.word('fieldUse', name)}
            checked={on}
            onChange={(event) => onChange(event.currentTarget.checked ? startValues(schema) : undefined)}
          />
        )}
        {on && <SchemaFields schema={schema} values={value} onChange={onChange} {...rest} />}
      </Stack>
    </Fieldset>
  )
}

/** What to enter: in the language of the page, else the schema's own words. */
function useHelp(path: string, schema: FieldSchema): string | undefined {
  const { t, i18n } = useTranslation()
  const key = `fieldHelp.${path.replace(/^drivers\./, '').replaceAll('.', '_')}`
  return i18n.exists(key) ? String(t(key as never)) : schema.description
}
