export {
  type AnsweringServer as Server,
  type Reply,
  type Seen,
  startAnsweringServer as server,
} from '@evergrant/sandbox'
