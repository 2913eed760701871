import { type Device, DevicePatch } from '@stillwatch/contract/api/devices.ts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { queries } from '../../data/queries.ts'
import { PageFrame } from '../../parts/page.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { draftOf } from './device-draft.ts'
import { DeviceForm } from './device-form.tsx'

export default function EditDevicePage() {
  const { id = '' } = useParams({ strict: false })
  const device = useQuery(queries.device(id))
  return <Loaded query={device}>{(data) => <EditDevice device={data} />}</Loaded>
}

function EditDevice({ device }: { device: Device }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const save = useChange(
    async (patch: DevicePatch) => {
      await endpoints.changeDevice(device.id, patch)
      await navigate({ to: `/devices/${device.id}` })
    },
    'devices',
    'sites',
    'gateways',
  )
  return (
    <PageFrame title={t('form.editTitle', { name: device.name })}>
      <DeviceForm
        start={draftOf(device)}
        schema={DevicePatch}
        storedSecrets={device.secrets}
        submitText={t('action.save')}
        pending={save.isPending}
        error={save.error}
        onSubmit={(body) => save.mutate(body as DevicePatch)}
      />
    </PageFrame>
  )
}
