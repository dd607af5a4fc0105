import { Skeleton, VisuallyHidden } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import classes from './page.module.css'

/** Stands where a page will be while its code or its data is on the way. */
export function LoadingPage() {
  const texts = useTexts('shared')
  return (
    <div className={classes.page} aria-busy="true">
      <VisuallyHidden role="status">{texts.loading}</VisuallyHidden>
      <Skeleton height={30} width={220} mb={12} />
      <Skeleton height={14} width="55%" mb={34} />
      <Skeleton height={220} radius="lg" />
    </div>
  )
}
