import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * One real OpenSearch node in this process, on free ports of the loopback address, for tests.
 *
 * <p>Argument: a state folder. The node keeps its data in {@code home/} of it, writes its address into {@code url}
 * once it answers, and exits when the file {@code used} there has not been touched for a while, so that a killed
 * test run leaves nothing behind.
 */
public final class TestNode extends Node {
  private static final Duration IDLE = Duration.ofMinutes(15);

  /** Modules that a distribution would load from its {@code modules} folder. */
  private static final Stream<String> MODULES =
      Stream.of(
          "org.opensearch.transport.Netty4ModulePlugin",
          "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
          "org.opensearch.index.mapper.MapperExtrasModulePlugin",
          "org.opensearch.painless.PainlessModulePlugin",
          "org.opensearch.index.reindex.ReindexModulePlugin");

  private TestNode(Environment environment, Collection<PluginInfo> modules) {
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
            .put("path.home", home)
            .put("cluster.name", "wikimovie-test")
            .put("node.name", "opensearch3")
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
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "opensearch3");
    TestNode node = new TestNode(environment, MODULES.map(TestNode::module).toList());
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

  private static PluginInfo module(String type) {
    return new PluginInfo(type, "on the class path", "none", Version.CURRENT, "21", type, null, List.of(), false);
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
