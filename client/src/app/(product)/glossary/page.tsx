import { ChooseNode } from '@/components/vocabulary/choose-node';

export default function GlossaryPage() {
  return <ChooseNode title="Choose a term" text="What a word means here, and which data carries it." />;
}
