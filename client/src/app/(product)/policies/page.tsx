import { PolicyList } from '@/features/policies/policy-list';

export default function PoliciesPage() {
  return <PolicyList />;
}
