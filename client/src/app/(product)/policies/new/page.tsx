import { PolicyEditor } from '@/features/policies/policy-editor';

export default function NewPolicyPage() {
  return <PolicyEditor id={null} />;
}
