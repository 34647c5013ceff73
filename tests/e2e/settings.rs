//! The backend is chosen in the window: tried before it is kept, and used from the next start on.

use anyhow::Result;
use carryover_e2e::{Device, Shopper, Window, free_port};
use carryover_testkit::SandboxOptions;

#[tokio::test]
async fn a_project_is_tried_kept_and_used_after_a_restart_and_the_sandboxs_cart_is_apart() -> Result<()> {
    let port = free_port()?;
    let (sandbox, project) = carryover_testkit::sandbox(SandboxOptions { port, ..SandboxOptions::default() }).await?;
    let device = Device::new()?;
    let window = Window::open(device.path()).await?;
    Shopper(&window).looks().await?;
    Shopper(&window).fills_the_cart().await?;
    window.click("open-console").await?;
    window.sees_window("the sandbox's console").await?;

    window.click("settings").await?;
    window.click("settings-open").await?;
    window.click("backend-hosted").await?;
    window.type_into("backend-url", &format!("http://127.0.0.1:{}", free_port()?)).await?;
    window.type_into("backend-key", sandbox.publishable_key()).await?;
    window.click("backend-save").await?;
    window.says("Nothing answers at this address").await?;
    window.screenshot("70-nobody-answers").await?;
    window.clear("backend-url").await?;
    window.type_into("backend-url", &format!("http://127.0.0.1:{port}")).await?;
    window.click("backend-try").await?;
    window.find("backend-found").await?;
    window.screenshot("71-backend-found").await?;
    assert!(project.users().await?.is_empty(), "trying makes nobody a guest");
    window.click("backend-save").await?;
    window.restarts().await?;

    let window = Window::open_chosen(device.path(), port).await?;
    let shopper = Shopper(&window);
    shopper.looks().await?;
    window.gone("cart-line-teapot").await?;
    window.click("add-pepper-mill").await?;
    shopper.saved().await?;
    window.screenshot("72-another-backend").await?;
    assert_eq!(project.users().await?.len(), 1);
    window.click("settings").await?;
    window.click("settings-open").await?;
    window.click("backend-sandbox").await?;
    window.click("backend-save").await?;
    window.restarts().await?;

    let window = Window::open(device.path()).await?;
    for product in ["teapot", "desk-lamp", "enamel-mug"] {
        window.find(&format!("cart-line-{product}")).await?;
    }
    window.gone("cart-line-pepper-mill").await?;
    window.close().await?;
    sandbox.shutdown().await;
    Ok(())
}
