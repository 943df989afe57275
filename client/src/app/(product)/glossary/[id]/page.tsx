import { GlossaryTerm } from '@/features/glossary/glossary-term';

export default async function GlossaryTermPage({ params }: { params: Promise<{ id: string }> }) {
  return <GlossaryTerm id={(await params).id} />;
}
