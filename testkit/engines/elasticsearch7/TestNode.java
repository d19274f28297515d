import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.elasticsearch.analysis.common.CommonAnalysisPlugin;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.index.mapper.MapperExtrasPlugin;
import org.elasticsearch.index.reindex.ReindexPlugin;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.painless.PainlessPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.transport.Netty4Plugin;

/**
 * One real Elasticsearch 7.10 node in this process, on free ports of the loopback address, for tests.
 *
 * <p>Argument: a state folder. The node keeps its data in {@code home/} of it, writes its address into {@code url}
 * once it answers, and exits when the file {@code used} there has not been touched for a while, so that a killed
 * test run leaves nothing behind.
 */
public final class TestNode extends Node {
  private static final Duration IDLE = Duration.ofMinutes(15);

  /** Modules that a distribution would load from its {@code modules} folder. */
  private static final List<Class<? extends Plugin>> MODULES =
      List.of(
          Netty4Plugin.class,
          CommonAnalysisPlugin.class,
          MapperExtrasPlugin.class,
          PainlessPlugin.class,
          ReindexPlugin.class);

  private TestNode(Environment environment, Collection<Class<? extends Plugin>> modules) {
    super(environment, modules, false);
  }

  public static void main(String[] arguments) throws Exception {
    Path state = Path.of(arguments[0]).toAbsolutePath();
    Path home = state.resolve("home");
    for (String folder : List.of("config", "modules", "plugins")) {
      Files.createDirectories(home.resolve(folder));
    }
    Settings settings =
        Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "wikimovie-test")
            .put("node.name", "elasticsearch7")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.type", "netty4")
            .put("http.port", "0")
            .put("transport.type", "netty4")
            .put("transport.port", "0")
            // A developer's disk may well be nearly full; the node would go read-only.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), home.resolve("config"), () -> "elasticsearch7");
    TestNode node = new TestNode(environment, MODULES);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();

    var address = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
    Path written = Files.writeString(state.resolve("url.new"), "http://127.0.0.1:" + address.getPort() + "\n");
    Files.move(written, state.resolve("url"), StandardCopyOption.ATOMIC_MOVE);
    while (isUsed(state.resolve("used"))) {
      Thread.sleep(5_000);
    }
    System.exit(0);
  }

  private static boolean isUsed(Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant().isAfter(Instant.now().minus(IDLE));
    } catch (IOException gone) {
      return false;
    }
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (IOException error) {
      System.err.println("closing failed: " + error);
    }
  }
}
