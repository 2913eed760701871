import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type en from '../locales/en.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}

export const languages = { en: 'English', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof languages

const loaders = {
  en: () => import('../locales/en.json'),
  'zh-CN': () => import('../locales/zh-CN.json'),
} satisfies Record<Language, () => Promise<unknown>>

const storageKey = 'stillwatch.language'

/** What was chosen last in this browser, else what the browser asks for. */
function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey)
  if (chosen !== null && chosen in languages) return chosen as Language
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: false,
    // React escapes what it prints.
    interpolation: { escapeValue: false },
    resources: {},
  })
  await speak(preferredLanguage())
}

/** Switches every text, and remembers it in this browser. */
export async function speak(language: Language): Promise<void> {
  const { default: texts } = await loaders[language]()
  i18next.addResourceBundle(language, 'translation', texts)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  localStorage.setItem(storageKey, language)
}
