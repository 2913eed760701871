import { useTranslation } from 'react-i18next'
import type { Problem } from './problems.ts'

/** Says what is wrong with a field, in the language of the page. */
export function useProblemText(): (problem: Problem | undefined) => string | undefined {
  const { t, i18n } = useTranslation()
  return (problem) => {
    if (!problem) return undefined
    const key = `invalid.${problem.keyword}`
    return i18n.exists(key) ? String(t(key as never, problem.params as never)) : problem.text
  }
}
