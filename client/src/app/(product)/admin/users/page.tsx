import { UsersAndTeams } from '@/features/admin/users-and-teams';

export default function UsersPage() {
  return <UsersAndTeams />;
}
