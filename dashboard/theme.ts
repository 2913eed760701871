import { createTheme, type MantineColorsTuple } from '@mantine/core'

const teal: MantineColorsTuple = [
  '#e6f7f4',
  '#cdece6',
  '#9dd9ce',
  '#68c5b4',
  '#3fb39f',
  '#22a58f',
  '#0f8f7b',
  '#0b7a6b',
  '#076257',
  '#034d44',
]

/** Greys of the dark theme, in the tone of --page and --card in style.css. */
const dark: MantineColorsTuple = [
  '#d5dade',
  '#a9b3bc',
  '#8a949d',
  '#5f6972',
  '#3a4148',
  '#2b3137',
  '#23282d',
  '#1c2024',
  '#14171a',
  '#0f1214',
]

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  colors: { teal, dark },
  autoContrast: true,
  fontFamily:
    "'Inter Variable', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
})
