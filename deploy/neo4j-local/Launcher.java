import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.BoltConnectorInternalSettings;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;
import org.neo4j.io.locker.FileLockException;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * A Neo4j on 127.0.0.1 for developing and testing: {@code Launcher <folder> <port, 0 = a free one>}, the password in NEO4J_PASSWORD.
 * Prints {@code READY <port>}, or {@code FAILED <why>} and ends with 1. It lives as long as its standard input is open, so
 * that it never outlives who started it.
 */
public class Launcher {
  public static void main(String[] arguments) {
    Thread watch = new Thread(Launcher::endWithParent);
    watch.setDaemon(true);
    watch.start();
    try {
      DatabaseManagementService dbms = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
      Runtime.getRuntime().addShutdownHook(new Thread(dbms::shutdown));
      GraphDatabaseAPI system = (GraphDatabaseAPI) dbms.database(GraphDatabaseSettings.SYSTEM_DATABASE_NAME);
      setPassword(system, System.getenv("NEO4J_PASSWORD"));
      var ports = system.getDependencyResolver().resolveDependency(ConnectorPortRegister.class);
      System.out.println("READY " + ports.getLocalAddress(ConnectorType.BOLT).getPort());
    } catch (Throwable failure) {
      System.out.println("FAILED " + reasonOf(failure));
      System.exit(1);
    }
  }

  private static DatabaseManagementService start(Path folder, int port) {
    return new DatabaseManagementServiceBuilder(folder.toAbsolutePath().normalize())
        .setConfig(GraphDatabaseSettings.auth_enabled, true) // not so by default where it is embedded
        .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(256))
        .setConfig(GraphDatabaseSettings.udc_enabled, false) // no usage reports
        .setConfig(GraphDatabaseSettings.check_point_interval_time, Duration.ofMinutes(1)) // a shorter recovery
        .setConfig(GraphDatabaseSettings.preallocate_logical_logs, false) // else an empty folder takes half a gigabyte
        .setConfig(GraphDatabaseSettings.shutdown_transaction_end_timeout, Duration.ofSeconds(2))
        .setConfig(BoltConnectorInternalSettings.thread_pool_shutdown_wait_time, Duration.ofMillis(200))
        .setConfig(BoltConnector.enabled, true)
        .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", port))
        .build();
  }

  private static void setPassword(GraphDatabaseAPI system, String password) {
    try (var transaction = system.beginTx()) {
      transaction.execute("ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password)).close();
      transaction.commit();
    } catch (RuntimeException refusal) {
      // Of a start with the password that it has already.
      if (!String.valueOf(refusal.getMessage()).contains("cannot be the same")) throw refusal;
    }
  }

  /** One word where the starter knows a sentence for it, else what the innermost failure says. */
  private static String reasonOf(Throwable failure) {
    Throwable innermost = failure;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof FileLockException) return "FOLDER_IN_USE";
      if (each instanceof BindException) return "PORT_TAKEN";
      innermost = each;
    }
    return String.valueOf(innermost).replaceAll("\\s+", " ");
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException closed) {
      // The same as its end.
    }
    System.exit(0);
  }
}
