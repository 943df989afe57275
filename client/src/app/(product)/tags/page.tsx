import { Tags } from '@/features/tags/tags';

export default function TagsPage() {
  return <Tags />;
}
