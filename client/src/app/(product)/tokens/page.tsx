import { Tokens } from '@/features/tokens/tokens';

export default function TokensPage() {
  return <Tokens />;
}
