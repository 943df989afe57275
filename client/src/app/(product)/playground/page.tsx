import { readExamples } from '@/features/playground/example-files';
import { Playground } from '@/features/playground/playground';

export default async function PlaygroundPage() {
  return <Playground examples={await readExamples()} />;
}
