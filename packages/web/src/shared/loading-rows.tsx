import { Skeleton, VisuallyHidden } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import classes from './row-list.module.css'

/** Rows of the height of real ones, so that nothing jumps when they arrive. */
export function LoadingRows({ count = 3 }: { count?: number }) {
  const texts = useTexts('shared')
  return (
    <div className={classes.list} aria-busy="true">
      <VisuallyHidden role="status">{texts.loading}</VisuallyHidden>
      {Array.from({ length: count }, (_, index) => index).map((index) => (
        <div className={classes.row} key={index}>
          <Skeleton circle height={40} />
          <div className={classes.main}>
            <Skeleton height={14} width="38%" mb={10} />
            <Skeleton height={11} width="24%" />
          </div>
          <Skeleton height={24} width={110} radius="xl" />
        </div>
      ))}
    </div>
  )
}
