//! A talk is written up by phone: the code goes into its record as from a desk.

use tokio::sync::mpsc;
use tracing::{Instrument, warn};

use super::call::Tools;
use super::hearing::deed;
use crate::call::event::{CallEvent, NotWritten};
use crate::ids::AgentId;
use crate::queue::action::{AgentState, AgentWish};
use crate::record::timeline::Event;
use crate::store::StoreError;

/// Gives the talk that the agent writes up the code at this place of its queue's, beside the call, and
/// ends wrap-up.
pub(super) fn with_code(tools: Tools, agent: AgentId, nth: u8, events: mpsc::Sender<CallEvent>) {
    let written = async move {
        let told = write(&tools, agent, nth).await;
        // Who has hung up meanwhile hears nothing; what is written is written.
        let _ = events.send(CallEvent::WrittenUp(told)).await;
    };
    tokio::spawn(written.in_current_span());
}

async fn write(tools: &Tools, agent: AgentId, nth: u8) -> Result<AgentState, NotWritten> {
    let queue = &tools.queue;
    let state = queue.state(agent.clone()).await;
    let state = state.unwrap_or(AgentState::Offline);
    let Some((contact, of)) = queue.written_up(agent.clone()).await else {
        return Err(NotWritten::NotNow(state));
    };
    let place = usize::from(nth).checked_sub(1);
    let code = tools.setup.sounds.get(&of).zip(place);
    let code = code.and_then(|(queue, place)| queue.wrap_up_codes.get(place));
    let Some(code) = code.cloned() else {
        return Err(NotWritten::NoSuchCode);
    };
    let deed = deed(&agent, "agent.wrap_up", format!("contact {contact}"));
    let event = Event::WrappedUp {
        agent: agent.clone(),
        code: Some(code),
        note: None,
    };
    let stored = async {
        // The record is written behind the calls.
        tools.store.flush().await?;
        if tools.store.reader().contact(contact).await?.is_none() {
            return Ok::<bool, StoreError>(false);
        }
        tools.store.write_up(contact, event, deed).await?;
        Ok(true)
    };
    match stored.await {
        Ok(true) => {}
        // A word with a colleague of another queue, which has no record.
        Ok(false) => return Err(NotWritten::NoSuchCode),
        Err(e) => {
            warn!(error = %e, %contact, "a talk could not be written up");
            return Err(NotWritten::Failed);
        }
    }
    // Wrap-up may have ended by itself meanwhile.
    let done = AgentWish::WrapUpDone;
    let after = queue.wish_if(AgentState::WrapUp, agent.clone(), done).await;
    let after = match after {
        Some(state) => Some(state),
        None => queue.state(agent).await,
    };
    Ok(after.unwrap_or(AgentState::Offline))
}
