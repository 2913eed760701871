import { Button, Checkbox, Group, NativeSelect, Stack, TextInput } from '@mantine/core'
import { deviceKinds } from '@stillwatch/contract/device.ts'
import { driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import { type FormEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'
import type { TSchema } from 'typebox'
import { ApiError } from '../../data/api.ts'
import { Section } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { useGateways, useSites } from '../../parts/site-name.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { DependsOn } from './depends-on.tsx'
import { type DeviceDraft, sentDevice } from './device-draft.ts'
import type { DraftProps } from './draft-props.ts'
import { type FieldSchema, startValues } from './field-schema.ts'
import { useProblemText } from './problem-text.ts'
import { type Problems, problemsFromServer, problemsOf } from './problems.ts'
import { SchemaFields } from './schema-fields.tsx'
import { WatchFields } from './watch-fields.tsx'

const schemas = driverSettings as Record<string, FieldSchema>

interface DeviceFormProps {
  start: DeviceDraft
  /** What the server will judge it by. */
  schema: TSchema
  storedSecrets?: readonly string[]
  submitText: string
  pending: boolean
  error: unknown
  onSubmit(body: Record<string, unknown>): void
}

/** The form of a device, new or old. It is checked by the same schema as on the server, and says in words what does not fit. */
export function DeviceForm(props: DeviceFormProps) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState(props.start)
  const [tried, setTried] = useState(false)
  const body = sentDevice(draft)
  const own = tried ? problemsOf(props.schema, body) : {}
  const problems: Problems = { ...serverProblems(props.error), ...own }
  const change = (part: Partial<DeviceDraft>) => setDraft({ ...draft, ...part })
  const fields = { draft, change, problems }

  const form = useRef<HTMLFormElement>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // At once, so that the first field in question is marked and can be shown.
    flushSync(() => setTried(true))
    if (Object.keys(problemsOf(props.schema, body)).length === 0) props.onSubmit(body)
    else form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  return (
    <form ref={form} onSubmit={submit} noValidate style={{ maxWidth: 720 }}>
      <Stack gap="lg">
        <Section title={t('form.what')}>
          <IdentityFields {...fields} />
        </Section>
        <Section title={t('form.how')}>
          <DriverFields {...fields} storedSecrets={props.storedSecrets ?? []} />
        </Section>
        <Section title={t('form.watch')}>
          <Stack gap="sm">
            <WatchFields {...fields} />
            <DependsOn {...fields} />
          </Stack>
        </Section>
        <Trouble error={props.error} />
        {Object.keys(own).length > 0 && <strong role="alert">{t('form.correct')}</strong>}
        <Group>
          <Button type="submit" loading={props.pending}>
            {props.submitText}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const serverProblems = (error: unknown): Problems =>
  error instanceof ApiError && error.code === 'bad_request' ? problemsFromServer(error.details) : {}

function IdentityFields({ draft, change, problems }: DraftProps) {
  const { t } = useTranslation()
  const problemText = useProblemText()
  const sites = useSites()
  const gateways = useGateways()
  const here = (gateways.data?.items ?? []).filter(({ siteId }) => siteId === draft.siteId)
  const choices = (items: { id: string; name: string }[]) => [
    { value: '', label: t('form.choose') },
    ...items.map(({ id, name }) => ({ value: id, label: name })),
  ]
  const field = (name: 'name' | 'address' | 'siteId' | 'gatewayId' | 'kind') => ({
    label: t(`field.${name}`),
    withAsterisk: true,
    value: draft[name],
    error: problemText(problems[name]),
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  })
  return (
    <Stack gap="sm">
      <TextInput {...field('name')} />
      <Group grow align="flex-start">
        <NativeSelect
          {...field('siteId')}
          data={choices(sites.data?.items ?? [])}
          onChange={(event) => change({ siteId: event.currentTarget.value, gatewayId: '' })}
        />
        <NativeSelect {...field('gatewayId')} data={choices(here)} />
      </Group>
      <Group grow align="flex-start">
        <NativeSelect
          {...field('kind')}
          data={choices(deviceKinds.map((kind) => ({ id: kind, name: t(`kind.${kind}`) })))}
        />
        <TextInput {...field('address')} description={t('form.addressHelp')} />
      </Group>
    </Stack>
  )
}

function DriverFields({
  draft,
  change,
  problems,
  storedSecrets,
}: DraftProps & { storedSecrets: readonly string[] }) {
  const { t } = useTranslation()
  const words = useWords()
  const set = (driver: string, values: Record<string, unknown> | undefined) => {
    const { [driver]: _old, ...others } = draft.drivers
    change({ drivers: values ? { ...others, [driver]: values } : others })
  }
  return (
    <Stack>
      {Object.entries(schemas).map(([driver, schema]) => {
        const values = draft.drivers[driver]
        return (
          <Stack key={driver} gap="sm">
            <Checkbox
              label={words.word('driver', driver)}
              description={words.word('driverHelp', driver)}
              checked={values !== undefined}
              onChange={(event) => set(driver, event.currentTarget.checked ? startValues(schema) : undefined)}
            />
            {values && (
              <div style={{ paddingLeft: 28 }}>
                <SchemaFields
                  schema={schema}
                  values={values}
                  onChange={(changed) => set(driver, changed)}
                  path={`drivers.${driver}`}
                  problems={problems}
                  storedSecrets={storedSecrets}
                />
              </div>
            )}
          </Stack>
        )
      })}
      {problems.drivers && (
        <span role="alert" style={{ color: 'var(--state-down)' }}>
          {t('form.noDriver')}
        </span>
      )}
    </Stack>
  )
}
