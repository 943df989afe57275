import { Policy } from '@/features/policies/policy';

export default async function PolicyPage({ params }: { params: Promise<{ id: string }> }) {
  return <Policy id={(await params).id} />;
}
