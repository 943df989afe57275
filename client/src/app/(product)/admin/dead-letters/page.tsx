import { DeadLetters } from '@/features/admin/dead-letters';

export default function DeadLettersPage() {
  return <DeadLetters />;
}
