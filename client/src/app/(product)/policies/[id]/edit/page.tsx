import { PolicyEditor } from '@/features/policies/policy-editor';

export default async function EditPolicyPage({ params }: { params: Promise<{ id: string }> }) {
  return <PolicyEditor id={(await params).id} />;
}
