import { Landing } from '@/features/lineage/landing';

export default function LineagePage() {
  return <Landing />;
}
