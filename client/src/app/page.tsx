export default function Page() {
  return <h1>PurSight</h1>;
}
