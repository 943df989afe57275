import { Domain } from '@/features/domains/domain';

export default async function DomainPage({ params }: { params: Promise<{ id: string }> }) {
  return <Domain id={(await params).id} />;
}
