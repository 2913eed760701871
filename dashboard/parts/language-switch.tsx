import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Language, languages, speak } from '../data/language.ts'

/** One button per language, each in its own language: who cannot read the page still finds it. */
export function LanguageSwitch({ onChoose = speak }: { onChoose?(language: Language): void }) {
  const { i18n } = useTranslation()
  return (
    <Button.Group>
      {Object.entries(languages).map(([language, name]) => (
        <Button
          key={language}
          lang={language}
          size="xs"
          variant={i18n.language === language ? 'light' : 'default'}
          aria-pressed={i18n.language === language}
          onClick={() => void onChoose(language as Language)}
        >
          {name}
        </Button>
      ))}
    </Button.Group>
  )
}
